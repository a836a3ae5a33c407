// Building any op by its shape rule: `buildOp(builder, location, rule::Permute{axes}, {x})`.
#pragma once

#include "compiler/ir/verify.h"
#include "mlir/IR/Builders.h"

namespace stator::ir {

/// Writes a rule's attributes onto an op to be: `Rule::attributes(rule, AttributeWriter{...})`.
struct AttributeWriter {
  mlir::Builder builder;
  mlir::NamedAttrList& attributes;
  void operator()(llvm::StringRef name, bool value) const;
  void operator()(llvm::StringRef name, long value) const;
  void operator()(llvm::StringRef name, double value) const;
  void operator()(llvm::StringRef name, const Integers& values) const;
};

/// The op named `name` of the dialect, with one result.
mlir::Value buildNamed(mlir::OpBuilder& builder, mlir::Location location, llvm::StringRef name,
                       mlir::ValueRange operands, mlir::NamedAttrList attributes, mlir::Type result);

/// The op that `rule` describes, with a result of type `result`.
template <class Rule> mlir::Value buildOpAs(mlir::OpBuilder& builder, mlir::Location location, const Rule& rule,
                                            mlir::ValueRange operands, mlir::Type result) {
  mlir::NamedAttrList attributes;
  Rule::attributes(rule, AttributeWriter{mlir::Builder(builder.getContext()), attributes});
  return buildNamed(builder, location, llvm::StringRef(Rule::name), operands, attributes, result);
}

/// The op that `rule` describes, with a result of the type that it infers. The operands must fit the rule.
template <class Rule>
mlir::Value buildOp(mlir::OpBuilder& builder, mlir::Location location, const Rule& rule, mlir::ValueRange operands) {
  llvm::SmallVector<TensorSpec> specs;
  for (mlir::Value operand : operands) specs.push_back(specOf(operand.getType()));
  Inferred inferred = rule.infer(Specs{specs.data(), static_cast<int>(specs.size())});
  assert(inferred.ok() && "operands do not fit the op's rule");
  return buildOpAs(builder, location, rule, operands, typeOf(builder.getContext(), inferred.spec));
}

/// A splat of `value`.
mlir::Value buildConstant(mlir::OpBuilder& builder, mlir::Location location, mlir::Type type, double value);

}  // namespace stator::ir
