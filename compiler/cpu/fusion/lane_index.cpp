// Index arithmetic that keeps strides as long as it can.
#include "compiler/cpu/fusion/lane_index.h"

#include <numeric>

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace stator::cpu {

namespace arith = mlir::arith;

namespace {
int64_t floorDivide(int64_t a, int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }
}  // namespace

int64_t LaneIndex::alignment() const { return std::gcd(base ? scale * divisor : 0, offset); }

Value IndexMath::start(const LaneIndex& at) const {
  if (!at.base) return ix.constant(at.offset);
  return ix.add(ix.multiply(at.base, at.scale), at.offset);
}

Value IndexMath::vectorConstant(int64_t value) const {
  return splat(ix, ix.builder.getI32Type(), static_cast<double>(value), lanes);
}

Value IndexMath::allLanes(const LaneIndex& at) const {
  if (at.lanes) return at.lanes;
  auto type = mlir::VectorType::get({lanes}, ix.builder.getI32Type());
  llvm::SmallVector<int32_t> steps;
  for (int64_t lane = 0; lane < lanes; ++lane)
    steps.push_back(static_cast<int32_t>(lane * at.step + (at.base ? 0 : at.offset)));
  Value offsets =
      ix.builder.create<arith::ConstantOp>(ix.location, mlir::DenseElementsAttr::get(type, llvm::ArrayRef(steps)));
  if (!at.base) return offsets;
  Value first = ix.builder.create<arith::IndexCastOp>(ix.location, ix.builder.getI32Type(), start(at));
  Value all = ix.builder.create<mlir::vector::BroadcastOp>(ix.location, type, first);
  return at.step == 0 ? all : Value(ix.builder.create<arith::AddIOp>(ix.location, all, offsets));
}

LaneIndex IndexMath::add(const LaneIndex& a, int64_t b) const {
  if (a.lanes) return ofLanes(ix.builder.create<arith::AddIOp>(ix.location, a.lanes, vectorConstant(b)));
  LaneIndex sum = a;
  sum.offset += b;
  return sum;
}

LaneIndex IndexMath::add(const LaneIndex& a, const LaneIndex& b) const {
  if (a.lanes || b.lanes) return ofLanes(ix.builder.create<arith::AddIOp>(ix.location, allLanes(a), allLanes(b)));
  if (a.base && b.base) {
    Value base = ix.add(ix.multiply(a.base, a.scale), ix.multiply(b.base, b.scale));
    return {base, 1, a.offset + b.offset, a.step + b.step, std::gcd(a.scale * a.divisor, b.scale * b.divisor), {}};
  }
  LaneIndex sum = a.base ? a : b;
  sum.offset = a.offset + b.offset;
  sum.step = a.step + b.step;
  return sum;
}

LaneIndex IndexMath::multiply(const LaneIndex& a, int64_t factor) const {
  if (factor == 0) return {};
  if (a.lanes) return ofLanes(ix.builder.create<arith::MulIOp>(ix.location, a.lanes, vectorConstant(factor)));
  return {a.base, a.scale * factor, a.offset * factor, a.step * factor, a.divisor, {}};
}

/// Whether quotient and remainder of the base and of the step can be taken apart from those of the offset.
bool IndexMath::dividesEvenly(const LaneIndex& a, int64_t by) const {
  bool base = !a.base || a.scale % by == 0 || (a.scale > 0 && by % a.scale == 0 && a.divisor % (by / a.scale) == 0);
  return base && a.step % by == 0;
}

bool IndexMath::staysWithin(const LaneIndex& a, int64_t block) const {
  int64_t aligned = std::gcd(a.alignment(), block);
  return a.step >= 0 && (lanes - 1) * a.step < aligned;
}

LaneIndex IndexMath::divide(const LaneIndex& a, int64_t by) const {
  if (by == 1) return a;
  if (a.lanes) return ofLanes(ix.builder.create<arith::DivUIOp>(ix.location, a.lanes, vectorConstant(by)));
  if (dividesEvenly(a, by)) {
    LaneIndex quotient{a.base, a.scale / by, floorDivide(a.offset, by), a.step / by, a.divisor, {}};
    if (!a.base || a.scale % by == 0) return quotient;
    int64_t rest = by / a.scale;
    return {ix.divide(a.base, rest), 1, quotient.offset, quotient.step, a.divisor / rest, {}};
  }
  if (!staysWithin(a, by) && a.step != 0)
    return ofLanes(ix.builder.create<arith::DivUIOp>(ix.location, allLanes(a), vectorConstant(by)));
  if (!a.base) return {{}, 1, a.offset / by, 0, 1, {}};
  return {ix.divide(start(a), by), 1, 0, 0, 1, {}};
}

LaneIndex IndexMath::remainder(const LaneIndex& a, int64_t by) const {
  if (by == 1) return {};
  if (a.lanes) return ofLanes(ix.builder.create<arith::RemUIOp>(ix.location, a.lanes, vectorConstant(by)));
  if (dividesEvenly(a, by)) return {{}, 1, a.offset - floorDivide(a.offset, by) * by, 0, 1, {}};
  if (!staysWithin(a, by) && a.step != 0)
    return ofLanes(ix.builder.create<arith::RemUIOp>(ix.location, allLanes(a), vectorConstant(by)));
  if (!a.base) return {{}, 1, a.offset % by, a.step, 1, {}};
  return {ix.remainder(start(a), by), 1, 0, a.step, std::gcd(a.alignment(), by), {}};
}

LaneIndex IndexMath::linearize(llvm::ArrayRef<AxisGroup> groups) const {
  LaneIndex linear;
  int64_t stride = 1;
  for (const AxisGroup& group : llvm::reverse(groups)) {
    if (group.extent != 1) linear = stride == 1 ? group.at : add(multiply(group.at, stride), linear);
    stride *= group.extent;
  }
  return linear;
}

llvm::SmallVector<LaneIndex> IndexMath::split(LaneIndex linear, llvm::ArrayRef<int64_t> extents) const {
  llvm::SmallVector<LaneIndex> digits(extents.size());
  for (size_t i = extents.size(); i-- > 0;) {
    digits[i] = i == 0 ? linear : remainder(linear, extents[i]);
    if (i != 0) linear = divide(linear, extents[i]);
  }
  return digits;
}

TensorIndex IndexMath::regroup(const TensorIndex& index, llvm::ArrayRef<int64_t> extents) const {
  llvm::SmallVector<AxisGroup, 4> from;
  for (const AxisGroup& group : index.groups)
    if (group.extent != 1) from.push_back(group);
  TensorIndex result;
  result.mask = index.mask;
  size_t next = 0;
  for (size_t to = 0; to < extents.size();) {
    if (extents[to] == 1) {
      result.groups.push_back({1, {}});
      ++to;
      continue;
    }
    size_t firstFrom = next;
    int64_t have = from[next++].extent, want = extents[to];
    llvm::SmallVector<int64_t> targets{extents[to++]};
    while (have != want) {
      if (have < want) have *= from[next++].extent;
      else want *= extents[to], targets.push_back(extents[to++]);
    }
    LaneIndex linear = linearize(llvm::ArrayRef(from).slice(firstFrom, next - firstFrom));
    llvm::SmallVector<LaneIndex> digits = split(linear, targets);
    for (auto [extent, digit] : llvm::zip_equal(targets, digits)) result.groups.push_back({extent, digit});
  }
  return result;
}

}  // namespace stator::cpu
