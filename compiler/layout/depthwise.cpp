// Convolutions in which every channel stands alone.
#include "compiler/layout/depthwise.h"

namespace stator::layout {
namespace {

using mlir::Value;

llvm::ArrayRef<int64_t> shapeOf(Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape(); }

/// The elements that place (row, column) of the kernel meets, as many as there are windows, with a copy of each channel
/// for every output that it leads to: [N, OH, OW, O].
Value elementsAt(ImageBuilder& builder, const rule::Convolution& conv, Value x, llvm::ArrayRef<int64_t> windows,
                 int64_t row, int64_t column) {
  long top = row * conv.dilation[0], left = column * conv.dilation[1];
  rule::Slice slice{
      Integers(0, top, left, 0),
      Integers(-1, top + (windows[1] - 1) * conv.stride[0] + 1, left + (windows[2] - 1) * conv.stride[1] + 1, -1),
      Integers(1, conv.stride[0], conv.stride[1], 1)};
  Value elements = builder.build(slice, {x});
  long copies = windows[3] / shapeOf(x)[3];
  if (copies == 1) return elements;
  llvm::ArrayRef<int64_t> shape = shapeOf(elements);
  Value apart = builder.reshape(elements, Extents{0, shape[0], shape[1], shape[2], shape[3], 1L});
  auto wide = mlir::RankedTensorType::get({shape[0], shape[1], shape[2], shape[3], copies},
                                          llvm::cast<mlir::RankedTensorType>(x.getType()).getElementType());
  return builder.reshape(builder.buildAs(rule::Broadcast{}, {apart}, wide),
                         Extents{0, windows[0], windows[1], windows[2], windows[3]});
}

/// The result's extents [N, OH, OW, O].
llvm::SmallVector<int64_t, 4> windowsOf(const rule::Convolution& conv, Value x, Value weight) {
  const TensorSpec operands[]{ir::specOf(x.getType()), ir::specOf(weight.getType())};
  const Extents extents = conv.infer({operands, 2}).spec.extents;
  return {extents[0].number, extents[1].number, extents[2].number, extents[3].number};
}

}  // namespace

bool isDepthwise(const rule::Convolution& convolution, Value weight) {
  return convolution.groups > 1 && shapeOf(weight)[2] == 1;
}

Value depthwiseConvolution(ImageBuilder& builder, const rule::Convolution& conv, Value x, Value weight) {
  llvm::SmallVector<int64_t, 4> windows = windowsOf(conv, x, weight);
  auto type = mlir::RankedTensorType::get(windows, llvm::cast<mlir::RankedTensorType>(x.getType()).getElementType());
  Value sum;
  for (long row = 0; row < shapeOf(weight)[0]; ++row)
    for (long column = 0; column < shapeOf(weight)[1]; ++column) {
      rule::Slice own{Integers(row, column, 0, 0), Integers(row + 1, column + 1, -1, -1), Integers(1, 1, 1, 1)};
      Value factor = builder.buildAs(rule::Broadcast{}, {builder.build(own, {weight})}, type);
      Value term = builder.build(rule::mul{}, {elementsAt(builder, conv, x, windows, row, column), factor});
      sum = sum ? builder.build(rule::add{}, {sum, term}) : term;
    }
  return sum;
}

Value depthwiseWeightGradient(ImageBuilder& builder, const rule::Convolution& conv, Value x, Value dy,
                              mlir::RankedTensorType dw) {
  llvm::ArrayRef<int64_t> windows = shapeOf(dy);
  llvm::SmallVector<Value> places;
  for (long row = 0; row < dw.getDimSize(0); ++row)
    for (long column = 0; column < dw.getDimSize(1); ++column) {
      Value term = builder.build(rule::mul{}, {elementsAt(builder, conv, x, windows, row, column), dy});
      places.push_back(builder.build(rule::Sum{Integers(0, 1, 2)}, {term}));  // [1, 1, 1, O]
    }
  Value joined = places.size() == 1 ? places[0] : builder.build(rule::Cat{0}, places);
  return builder.reshape(joined, ir::specOf(dw).extents);
}

}  // namespace stator::layout
