// Accumulators of reductions.
#include "compiler/cpu/fusion/accumulate.h"

#include <limits>

#include "compiler/cpu/fusion/vector_value.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/error.h"

namespace stator::cpu {

namespace arith = mlir::arith;

namespace {

mlir::Type elementOf(Value tensor) { return llvm::cast<mlir::RankedTensorType>(tensor.getType()).getElementType(); }

/// What every element of the type is at least as great as.
Value least(const IndexBuilder& ix, mlir::Type element, int64_t lanes) {
  mlir::Type compute = computeType(element);
  auto type = mlir::VectorType::get({lanes}, compute);
  mlir::Attribute value;
  if (auto real = llvm::dyn_cast<mlir::FloatType>(compute)) {
    value = ix.builder.getFloatAttr(real, -std::numeric_limits<double>::infinity());
  } else {
    unsigned width = compute.getIntOrFloatBitWidth();
    bool natural = isUnsigned(element) || element.isInteger(1);
    value = ix.builder.getIntegerAttr(compute, natural ? llvm::APInt(width, 0) : llvm::APInt::getSignedMinValue(width));
  }
  return ix.builder.create<arith::ConstantOp>(ix.location, mlir::DenseElementsAttr::get(type, value));
}

VectorValue isNan(const VectorValue& x) { return x != x; }

/// Each lane with the one `distance` away.
Value swapped(const IndexBuilder& ix, Value vector, int64_t distance) {
  llvm::SmallVector<int64_t> lanes;
  for (int64_t lane = 0; lane < llvm::cast<mlir::VectorType>(vector.getType()).getNumElements(); ++lane)
    lanes.push_back(lane ^ distance);
  return ix.builder.create<mlir::vector::ShuffleOp>(ix.location, vector, vector, lanes);
}

}  // namespace

Values Reduction::start(const IndexBuilder& ix, int64_t lanes) const {
  mlir::Type element = elementOf(operand());
  if (llvm::isa<ir::SumOp>(op_)) return {splat(ix, computeType(element), 0, lanes)};
  Values values{least(ix, element, lanes)};
  if (width() == 2) values.push_back(splat(ix, ix.builder.getI32Type(), 0, lanes));
  return values;
}

/// sum + a * b, where the operand is a product that is needed nowhere else; otherwise null.
Value Reduction::productTaken(const IndexBuilder& ix, Evaluator& evaluator, Value sum, const TensorIndex& index) const {
  mlir::Operation* producer = operand().getDefiningOp();
  if (!fma_ || !producer || !producer->hasOneUse() || !elementOf(operand()).isF32()) return {};
  Value a, b;
  if (auto product = llvm::dyn_cast<ir::MulOp>(producer)) a = product.getA(), b = product.getB();
  if (auto square = llvm::dyn_cast<ir::SquareOp>(producer)) a = b = square.getX();
  if (!a) return {};
  Value left = evaluator.evaluate(a, index), right = evaluator.evaluate(b, index);
  return ix.builder.create<mlir::vector::FMAOp>(ix.location, left, right, sum);
}

Values Reduction::take(const IndexBuilder& ix, Evaluator& evaluator, ValueRange accumulator, const TensorIndex& index,
                       const LaneIndex& position) const {
  Values next;
  if (llvm::isa<ir::SumOp>(op_)) {
    next.push_back(productTaken(ix, evaluator, accumulator[0], index));
    if (!next[0]) {
      VectorValue sum{&ix, accumulator[0]}, element{&ix, evaluator.evaluate(operand(), index)};
      next[0] = (sum + element).value;
    }
  } else {
    bool natural = isUnsigned(elementOf(operand()));
    VectorValue best{&ix, accumulator[0], natural}, element{&ix, evaluator.evaluate(operand(), index), natural};
    if (width() == 1) {
      next.push_back(maximum(best, element).value);
    } else {
      VectorValue better = best < element;
      if (best.isReal()) better = better || (isNan(element) && best == best);
      VectorValue here{&ix, evaluator.math().allLanes(position)}, before{&ix, accumulator[1]};
      next = {where(better, element, best).value, where(better, here, before).value};
    }
  }
  if (!index.mask) return next;
  for (auto [value, old] : llvm::zip_equal(next, accumulator))
    value = ix.builder.create<arith::SelectOp>(ix.location, index.mask, value, old);
  return next;
}

Values Reduction::meet(const IndexBuilder& ix, ValueRange a, ValueRange b) const {
  bool natural = isUnsigned(elementOf(operand()));
  VectorValue left{&ix, a[0], natural}, right{&ix, b[0], natural};
  if (llvm::isa<ir::SumOp>(op_)) return {(left + right).value};
  if (width() == 1) return {maximum(left, right).value};
  VectorValue first{&ix, a[1]}, second{&ix, b[1]};
  VectorValue better = left < right, equal = left == right;
  if (left.isReal()) {
    better = better || (isNan(right) && left == left);
    equal = equal || (isNan(left) && isNan(right));
  }
  VectorValue takes = better || (equal && second < first);
  return {where(takes, right, left).value, where(takes, second, first).value};
}

Values Reduction::fold(const IndexBuilder& ix, Values accumulator) const {
  int64_t lanes = llvm::cast<mlir::VectorType>(accumulator[0].getType()).getNumElements();
  for (int64_t distance = lanes / 2; distance > 0; distance /= 2) {
    Values other;
    for (Value vector : accumulator) other.push_back(swapped(ix, vector, distance));
    accumulator = meet(ix, accumulator, other);
  }
  return accumulator;
}

Value Reduction::finish(const IndexBuilder& ix, ValueRange accumulator) const {
  if (width() == 1) return accumulator[0];
  return convert(ix, accumulator[1], ix.builder.getI32Type(), ix.builder.getI64Type());
}

}  // namespace stator::cpu
