// Builds ops from their rules' names and attributes.
#include "compiler/ir/build.h"

#include "compiler/interface/ops/source.h"

namespace stator::ir {

void AttributeWriter::operator()(llvm::StringRef name, bool value) const {
  mlir::Builder b = builder;
  attributes.append(name, b.getBoolAttr(value));
}

void AttributeWriter::operator()(llvm::StringRef name, long value) const {
  mlir::Builder b = builder;
  attributes.append(name, b.getI64IntegerAttr(value));
}

void AttributeWriter::operator()(llvm::StringRef name, double value) const {
  mlir::Builder b = builder;
  attributes.append(name, b.getF64FloatAttr(value));
}

void AttributeWriter::operator()(llvm::StringRef name, const Integers& values) const {
  mlir::Builder b = builder;
  attributes.append(name, b.getDenseI64ArrayAttr(llvm::SmallVector<int64_t>(values.at, values.at + values.count)));
}

mlir::Value buildNamed(mlir::OpBuilder& builder, mlir::Location location, llvm::StringRef name,
                       mlir::ValueRange operands, mlir::NamedAttrList attributes, mlir::Type result) {
  mlir::OperationState state(location, ("stator." + name).str(), operands, {result}, attributes);
  return builder.create(state)->getResult(0);
}

mlir::Value buildConstant(mlir::OpBuilder& builder, mlir::Location location, mlir::Type type, double value) {
  return buildOpAs(builder, location, rule::Constant{value}, {}, type);
}

}  // namespace stator::ir
