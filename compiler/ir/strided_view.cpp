// Views of views, from the base outwards.
#include "compiler/ir/strided_view.h"

#include <optional>

#include "llvm/ADT/TypeSwitch.h"

namespace stator::ir {
namespace {

llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
}

StridedView dense(mlir::Value value) {
  llvm::ArrayRef<int64_t> shape = shapeOf(value);
  StridedView view{value, 0, llvm::SmallVector<int64_t>(shape.size(), 1)};
  for (size_t axis = shape.size(); axis-- > 1;) view.strides[axis - 1] = view.strides[axis] * shape[axis];
  return view;
}

/// Axes [first, last) of `shape` as one whose steps are `stride` apart; none where they do not lie so.
std::optional<int64_t> mergedStride(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> strides) {
  int64_t stride = 1, extent = 0;
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (shape[axis] == 1) continue;
    if (extent == 0) stride = strides[axis], extent = 1;
    else if (strides[axis] != stride * extent) return std::nullopt;
    extent *= shape[axis];
  }
  return stride;
}

/// The strides that a view of shape `from` has in shape `to`: groups of axes with as many elements correspond, and each
/// group must lie as one axis.
std::optional<llvm::SmallVector<int64_t>> reshaped(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> strides,
                                                   llvm::ArrayRef<int64_t> to) {
  llvm::SmallVector<int64_t> result(to.size(), 1);
  for (size_t a = 0, b = 0; a < from.size() || b < to.size();) {
    size_t firstA = a, firstB = b;
    int64_t inA = 1, inB = 1;
    do {
      if (b == to.size() || (a < from.size() && inA <= inB)) inA *= from[a++];
      else inB *= to[b++];
    } while (inA != inB);
    auto stride = mergedStride(from.slice(firstA, a - firstA), strides.slice(firstA, a - firstA));
    if (!stride) return std::nullopt;
    int64_t next = *stride;
    for (size_t axis = b; axis-- > firstB; next *= to[axis]) result[axis] = next;
  }
  return result;
}

StridedView permuted(PermuteOp op) {
  StridedView from = stridedView(op.getX()), view = from;
  view.strides.clear();
  for (int64_t axis : op.getAxes()) view.strides.push_back(from.strides[axis]);
  return view;
}

StridedView sliced(SliceOp op) {
  StridedView view = stridedView(op.getX());
  for (auto [axis, stride] : llvm::enumerate(view.strides)) {
    view.offset += op.getStart()[axis] * stride;
    stride *= op.getStep()[axis];
  }
  view.isSliced = true;
  return view;
}

StridedView reshaped(ReshapeOp op) {
  StridedView view = stridedView(op.getX());
  auto strides = mlir::ShapedType::getNumElements(shapeOf(op.getX())) == 0
                     ? std::nullopt
                     : reshaped(shapeOf(op.getX()), view.strides, shapeOf(op.getResult()));
  if (!strides) return dense(op.getResult());
  view.strides = std::move(*strides);
  return view;
}

}  // namespace

StridedView stridedView(mlir::Value value) {
  mlir::Operation* op = value.getDefiningOp();
  if (!op) return dense(value);
  return llvm::TypeSwitch<mlir::Operation*, StridedView>(op)
      .Case([](PermuteOp permute) { return permuted(permute); })
      .Case([](SliceOp slice) { return sliced(slice); })
      .Case([](ReshapeOp reshape) { return reshaped(reshape); })
      .Case([](RecomputeOp recompute) { return stridedView(recompute.getX()); })
      .Default([&](auto) { return dense(value); });
}

}  // namespace stator::ir
