// Verification of any op by its shape rule: a struct with `attributes` and `infer` or `check`.
#pragma once

#include "compiler/ir/tensor_type.h"
#include "mlir/IR/Operation.h"

namespace stator::ir {

/// Fills a rule's attributes from those of an op: `Rule::attributes(rule, AttributeReader{op})`.
struct AttributeReader {
  mlir::Operation* op;
  void operator()(llvm::StringRef name, bool& value) const;
  void operator()(llvm::StringRef name, long& value) const;
  void operator()(llvm::StringRef name, double& value) const;
  void operator()(llvm::StringRef name, Integers& values) const;
};

template <class Rule> Rule ruleOf(mlir::Operation* op) {
  Rule rule{};
  Rule::attributes(rule, AttributeReader{op});
  return rule;
}

llvm::SmallVector<TensorSpec> operandSpecs(mlir::Operation* op);

/// Whether the result's type decides what the rule gives, as for a reshape, or the operands alone do.
template <class Rule> concept ChecksResult =
    requires(Rule rule, Specs specs, const TensorSpec& result) { rule.check(specs, result); };

/// The broken rule's text with the shapes: `matmul: inner extents differ: [32, 784] x [785, 128]`.
mlir::InFlightDiagnostic emitBrokenRule(mlir::Operation* op, llvm::StringRef brokenRule, bool showResult);
/// The op's result is not what its operands give.
mlir::InFlightDiagnostic emitOtherResult(mlir::Operation* op, const TensorSpec& inferred);

/// Whether a result may be of `dtype` where the rule infers `inferred`: a rule may allow others beside that.
template <class Rule> constexpr bool fitsDType(DType inferred, DType dtype) {
  if constexpr (requires { Rule::fits_dtype(inferred, dtype); }) return Rule::fits_dtype(inferred, dtype);
  else return inferred == dtype;
}

template <class Rule> mlir::LogicalResult verifyRule(mlir::Operation* op) {
  llvm::SmallVector<TensorSpec> operands = operandSpecs(op);
  Specs specs{operands.data(), static_cast<int>(operands.size())};
  TensorSpec result = specOf(op->getResult(0).getType());
  Rule rule = ruleOf<Rule>(op);
  if constexpr (ChecksResult<Rule>) {
    Inferred checked = rule.check(specs, result);
    if (!checked.ok()) return emitBrokenRule(op, checked.error, /*showResult=*/true);
  } else {
    Inferred inferred = rule.infer(specs);
    if (!inferred.ok()) return emitBrokenRule(op, inferred.error, /*showResult=*/false);
    if (inferred.spec.extents != result.extents || !fitsDType<Rule>(inferred.spec.dtype, result.dtype))
      return emitOtherResult(op, inferred.spec);
  }
  return mlir::success();
}

}  // namespace stator::ir
