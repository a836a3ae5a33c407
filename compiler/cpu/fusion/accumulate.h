// Accumulators of reductions: vectors that take elements in, meet each other, and fold their lanes.
#pragma once

#include "compiler/cpu/fusion/evaluate.h"

namespace stator::cpu {

/// One sum, max or argmax. An accumulator is a vector, for argmax a second one of positions (i32).
class Reduction {
 public:
  /// `fma`: a sum of products is made of fused multiply-adds.
  Reduction(mlir::Operation* op, bool fma) : op_(op), fma_(fma) {}

  Value result() const { return op_->getResult(0); }
  Value operand() const { return op_->getOperand(0); }
  size_t width() const { return llvm::isa<ir::ArgmaxOp>(op_) ? 2 : 1; }

  Values start(const IndexBuilder& ix, int64_t lanes) const;

  /// The accumulator after the operand's lanes at `index`, whose position along the reduced axes is `position`.
  Values take(const IndexBuilder& ix, Evaluator& evaluator, ValueRange accumulator, const TensorIndex& index,
              const LaneIndex& position) const;

  /// One accumulator of two.
  Values meet(const IndexBuilder& ix, ValueRange a, ValueRange b) const;

  /// All lanes met, in every lane.
  Values fold(const IndexBuilder& ix, Values accumulator) const;

  /// The reduction's result in its compute type.
  Value finish(const IndexBuilder& ix, ValueRange accumulator) const;

 private:
  Value productTaken(const IndexBuilder& ix, Evaluator& evaluator, Value sum, const TensorIndex& index) const;

  mlir::Operation* op_;
  bool fma_;
};

}  // namespace stator::cpu
