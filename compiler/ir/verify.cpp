// Reads attributes into rules, and tells a broken rule with the shapes that broke it.
#include "compiler/ir/verify.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"

namespace stator::ir {

void AttributeReader::operator()(llvm::StringRef name, bool& value) const {
  value = op->getAttrOfType<mlir::BoolAttr>(name).getValue();
}

void AttributeReader::operator()(llvm::StringRef name, long& value) const {
  value = op->getAttrOfType<mlir::IntegerAttr>(name).getInt();
}

void AttributeReader::operator()(llvm::StringRef name, double& value) const {
  value = op->getAttrOfType<mlir::FloatAttr>(name).getValueAsDouble();
}

void AttributeReader::operator()(llvm::StringRef name, Integers& values) const {
  values = {};
  for (int64_t value : op->getAttrOfType<mlir::DenseI64ArrayAttr>(name).asArrayRef()) values.push(value);
}

llvm::SmallVector<TensorSpec> operandSpecs(mlir::Operation* op) {
  llvm::SmallVector<TensorSpec> specs;
  for (mlir::Type type : op->getOperandTypes()) specs.push_back(specOf(type));
  return specs;
}

static void print(mlir::InFlightDiagnostic& out, const Extent& extent) {
  out << extent.number;
  for (Symbol s : extent.symbols)
    if (s != symbol::none) out << '*' << symbol::name_of(s);
}

static void print(mlir::InFlightDiagnostic& out, const TensorSpec& spec, bool withDType) {
  if (withDType) out << llvm::StringRef(name_of(spec.dtype));
  out << '[';
  for (int i = 0; i < spec.rank(); ++i) {
    if (i) out << ", ";
    print(out, spec.extents[i]);
  }
  out << ']';
}

mlir::InFlightDiagnostic emitBrokenRule(mlir::Operation* op, llvm::StringRef brokenRule, bool showResult) {
  llvm::SmallVector<TensorSpec> specs = operandSpecs(op);
  size_t operandCount = specs.size();
  if (showResult) specs.push_back(specOf(op->getResult(0).getType()));
  bool dtypesDiffer = llvm::any_of(specs, [&](const TensorSpec& spec) { return spec.dtype != specs[0].dtype; });
  mlir::InFlightDiagnostic out = mlir::emitError(op->getLoc());
  out << brokenRule << ": ";
  for (auto [i, spec] : llvm::enumerate(specs)) {
    if (i) out << (i < operandCount ? " x " : " -> ");
    print(out, spec, dtypesDiffer);
  }
  return out;
}

mlir::InFlightDiagnostic emitOtherResult(mlir::Operation* op, const TensorSpec& inferred) {
  TensorSpec result = specOf(op->getResult(0).getType());
  mlir::InFlightDiagnostic out = mlir::emitError(op->getLoc());
  out << op->getName().stripDialect() << ": the result's type is not what the operands give: ";
  print(out, result, /*withDType=*/true);
  out << " instead of ";
  print(out, inferred, /*withDType=*/true);
  return out;
}

}  // namespace stator::ir
