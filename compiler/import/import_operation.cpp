// Attributes by their kind, the result by its spec, the op by its name.
#include "compiler/import/import_operation.h"

#include "compiler/ir/tensor_type.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "runtime/error.h"

namespace stator::ir {

static mlir::Attribute importAttribute(mlir::Builder& builder, const stator::Attribute& attribute) {
  switch (attribute.kind) {
    case stator::Attribute::Kind::integer:
      return builder.getI64IntegerAttr(attribute.integers[0]);
    case stator::Attribute::Kind::number:
      return builder.getF64FloatAttr(attribute.number);
    case stator::Attribute::Kind::text:
      return builder.getStringAttr(llvm::StringRef(attribute.text));
    case stator::Attribute::Kind::integers:
      break;
  }
  llvm::SmallVector<int64_t> integers(attribute.integers, attribute.integers + attribute.count);
  return builder.getDenseI64ArrayAttr(integers);
}

std::string complaintAbout(mlir::Operation* op) {
  std::string text;
  mlir::ScopedDiagnosticHandler handler(op->getContext(), [&](mlir::Diagnostic& diagnostic) {
    if (text.empty()) text = diagnostic.str();
    return mlir::success();
  });
  if (mlir::failed(mlir::verify(op)) && text.empty()) text = "the verifier turns it down";
  return text;
}

mlir::Operation* importOperation(mlir::OpBuilder& builder, mlir::Location location, const stator::Operation& operation,
                                 mlir::ValueRange operands, const Bindings& bindings) {
  std::string name = "stator." + std::string(operation.op);
  mlir::OperationState state(location, name, operands, {typeOf(builder.getContext(), bindings.bind(operation.result))});
  if (!state.name.isRegistered()) throw UserError(std::string(operation.op) + ": there is no op of this name");
  for (int i = 0; i < operation.attribute_count; ++i) {
    const stator::Attribute& attribute = operation.attributes[i];
    state.addAttribute(llvm::StringRef(attribute.name), importAttribute(builder, attribute));
  }
  mlir::Operation* op = builder.create(state);
  if (std::string complaint = complaintAbout(op); !complaint.empty()) throw UserError(complaint);
  return op;
}

}  // namespace stator::ir
