// Movement of images and weights.
#include "compiler/layout/image_builder.h"

#include "compiler/simplify/axes.h"

namespace stator::layout {

using mlir::Value;

Value ImageBuilder::permute(Value x, llvm::ArrayRef<int64_t> axes) {
  return simplify::permute(builder_, location_, x, axes);
}

Value ImageBuilder::reshape(Value x, const Extents& extents) {
  TensorSpec spec{ir::specOf(x.getType()).dtype, extents};
  return ir::buildOpAs(builder_, location_, rule::Reshape{}, {x}, ir::typeOf(builder_.getContext(), spec));
}

Integers ImageBuilder::perAxis(long all, long height, long width) const {
  Integers values(all, all, all, all);
  values.at[axes_.h] = height, values.at[axes_.w] = width;
  return values;
}

Value ImageBuilder::pad(Value x, const Integers& around, const Integers& between) {
  rule::Pad pad{perAxis(0, around[0], around[2]), perAxis(0, around[1], around[3]), perAxis(0, between[0], between[1]),
                0};
  bool nothing = around == Integers(0, 0, 0, 0) && between == Integers(0, 0);
  return nothing ? x : build(pad, {x});
}

Value ImageBuilder::cut(Value x, const Integers& excess) {
  if (excess == Integers(0, 0, 0, 0)) return x;
  auto type = llvm::cast<mlir::RankedTensorType>(x.getType());
  rule::Slice slice{perAxis(0, excess[0], excess[2]),
                    perAxis(-1, type.getDimSize(axes_.h) - excess[1], type.getDimSize(axes_.w) - excess[3]),
                    perAxis(1, 1, 1)};
  return build(slice, {x});
}

Value ImageBuilder::window(Value x, llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to) {
  auto type = llvm::cast<mlir::RankedTensorType>(x.getType());
  Integers around, excess;
  for (int axis = 0; axis < 2; ++axis) {
    long before = -from[axis], after = to[axis] - type.getDimSize(axis == 0 ? axes_.h : axes_.w);
    around.push(std::max(before, 0L)), around.push(std::max(after, 0L));
    excess.push(std::max(-before, 0L)), excess.push(std::max(-after, 0L));
  }
  return cut(pad(x, around, Integers(0, 0)), excess);
}

Value ImageBuilder::backwardWeight(Value weight, int64_t groups) {
  const Extents w = ir::specOf(weight.getType()).extents;
  Extent all(groups), outputs(w[0].number / groups);
  Value flipped = build(rule::Flip{Integers(2, 3)}, {weight});
  if (groups == 1) return permute(flipped, {2, 3, 0, 1});
  Value apart = reshape(flipped, Extents{0, all, outputs, w[1], w[2], w[3]});
  Value moved = permute(apart, {3, 4, 1, 0, 2});  // [KH, KW, O / groups, groups, C / groups]
  return reshape(moved, Extents{0, w[2], w[3], outputs, all * w[1]});
}

}  // namespace stator::layout
