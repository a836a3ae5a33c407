// What every op says of itself beside its shape rule.
#ifndef STATOR_IR_OP_INTERFACE
#define STATOR_IR_OP_INTERFACE

include "mlir/IR/OpBase.td"

def StatorOp : OpInterface<"StatorOp"> {
  let cppNamespace = "::stator::ir";
  let methods = [
    InterfaceMethod<[{
        The cotangent of each operand for `cotangent` of the result, built at the builder's place; null where the operand
        has none. Failure where the op has a derivative that cannot be expressed in ops.
      }],
      "::llvm::FailureOr<::stator::ir::Cotangents>", "vjp",
      (ins "::mlir::OpBuilder&":$builder, "::mlir::Value":$cotangent), "", [{ return ::mlir::failure(); }]>,
    InterfaceMethod<"The result's value for values of the operands: slow, obvious, in doubles.",
      "::stator::TensorValue", "interpret", (ins "::stator::ir::Operands":$operands)>,
    InterfaceMethod<[{
        The result in terms of other ops, built at the builder's place just before ops are grouped into kernels: what has
        one needs no vector code. Null where the op has vector code of its own.
      }],
      "::mlir::Value", "decompose", (ins "::mlir::OpBuilder&":$builder), "", [{ return {}; }]>,
  ];
}

#endif
