// A matrix product or convolution of the dialect as a contraction form.
#include "compiler/cpu/fusion/contraction_form.h"

#include "compiler/ir/halo.h"
#include "compiler/ir/rules.h"
#include "compiler/ir/strided_view.h"
#include "compiler/ir/tensor_type.h"
#include "compiler/ir/verify.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

using kernels::Dim;

mlir::RankedTensorType typeOf(mlir::Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }

llvm::SmallVector<int64_t> rowMajor(llvm::ArrayRef<int64_t> shape) {
  llvm::SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

FusedContraction begin(mlir::Value result, const OperandView& a, const OperandView& b) {
  FusedContraction fused;
  fused.a = a.buffer, fused.b = b.buffer, fused.result = result;
  fused.form.aOffset = a.offset, fused.form.bOffset = b.offset;
  fused.form.element = ir::dtypeOf(typeOf(result).getElementType());
  fused.form.bfloat16 = typeOf(a.buffer).getElementType().isBF16();
  if (fused.form.element != DType::f32 && fused.form.element != DType::f64)
    throw InternalError("lower-cpu: contractions are of f32 or f64, not " + std::string(name_of(fused.form.element)));
  return fused;
}

FusedContraction matmulForm(ir::MatmulOp op) {
  OperandView a = viewOf(op.getA()), b = viewOf(op.getB());
  FusedContraction fused = begin(op.getResult(), a, b);
  llvm::ArrayRef<int64_t> shape = op.getType().getShape();
  llvm::SmallVector<int64_t> c = rowMajor(shape);
  int rank = static_cast<int>(shape.size());
  for (int axis = 0; axis < rank - 2; ++axis) {
    fused.form.outer.push_back({shape[axis], a.strides[axis], b.strides[axis], c[axis]});
    fused.resultLoops.push_back(axis);
  }
  fused.form.rows.push_back({shape[rank - 2], a.strides[rank - 2], 0, c[rank - 2]});
  fused.form.columns = {shape[rank - 1], 0, b.strides[rank - 1], 1};
  fused.form.reductions.push_back({a.shape[rank - 1], a.strides[rank - 1], b.strides[rank - 2], 0});
  fused.resultLoops.append({rank - 2, rank - 1});
  return fused;
}

/// An image's strides by the names of its axes.
struct ImageStrides {
  int64_t n, c, h, w;
};

ImageStrides imageStrides(const OperandView& image, const rule::ImageAxes& axes) {
  return {image.strides[axes.n], image.strides[axes.c], image.strides[axes.h], image.strides[axes.w]};
}

/// The zeros around x, whose lines the loops `row` and `reduction` count in steps of so many; none where no row loop is
/// like `row`, as where it was merged with another.
std::optional<kernels::Halo> haloOf(mlir::Operation* op, const kernels::ContractionForm& form, const Dim& row,
                                    kernels::Halo halo, int64_t lines) {
  auto around = ir::haloOf(op);
  auto found = llvm::find_if(form.rows, [&](const Dim& dim) { return dim.extent == row.extent && dim.a == row.a; });
  if (!around || found == form.rows.end()) return std::nullopt;
  halo.row = static_cast<int>(found - form.rows.begin());
  halo.low = around->first, halo.high = lines - around->second;
  return halo;
}

/// Channels first: A is the weight, B the image, and a row of an output plane lies along the columns.
FusedContraction planesForm(ir::ConvolutionOp op) {
  OperandView x = viewOf(op.getX()), w = viewOf(op.getWeight());
  FusedContraction fused = begin(op.getResult(), w, x);
  llvm::ArrayRef<int64_t> y = op.getType().getShape();
  llvm::SmallVector<int64_t> c = rowMajor(y);
  auto stride = op.getStride(), dilation = op.getDilation();
  fused.form.outer = {{y[0], 0, x.strides[0], c[0]}, {y[2], 0, stride[0] * x.strides[2], c[2]}};
  fused.form.rows = {{y[1], w.strides[3], 0, c[1]}};
  fused.form.columns = {y[3], 0, stride[1] * x.strides[3], 1};
  fused.form.reductions = {{w.shape[2], w.strides[2], x.strides[1], 0},
                           {w.shape[0], w.strides[0], dilation[0] * x.strides[2], 0},
                           {w.shape[1], w.strides[1], dilation[1] * x.strides[3], 0}};
  fused.resultLoops = {0, 2, 1, 3};
  return fused;
}

FusedContraction convolutionForm(ir::ConvolutionOp op) {
  if (op.getChannelsFirst()) return planesForm(op);
  OperandView x = viewOf(op.getX()), w = viewOf(op.getWeight());
  FusedContraction fused = begin(op.getResult(), x, w);
  llvm::ArrayRef<int64_t> y = op.getType().getShape();
  llvm::SmallVector<int64_t> c = rowMajor(y);
  int64_t groups = static_cast<int64_t>(op.getGroups()), each = y[3] / groups;
  auto stride = op.getStride(), dilation = op.getDilation();
  if (groups > 1) fused.form.outer.push_back({groups, w.shape[2] * x.strides[3], each * w.strides[3], each});
  Dim line{y[1], stride[0] * x.strides[1], 0, c[1]};
  fused.form.rows =
      kernels::mergeDims({Dim{y[0], x.strides[0], 0, c[0]}, line, Dim{y[2], stride[1] * x.strides[2], 0, c[2]}});
  fused.form.columns = {each, 0, w.strides[3], 1};
  fused.form.reductions.push_back({w.shape[0], dilation[0] * x.strides[1], w.strides[0], 0});
  fused.form.reductions.push_back({w.shape[1], dilation[1] * x.strides[2], w.strides[1], 0});
  fused.form.reductions.push_back({w.shape[2], x.strides[3], w.strides[2], 0});
  fused.form.halo = haloOf(op, fused.form, line, {0, 0, stride[0], dilation[0]}, x.shape[1]);
  int outer = static_cast<int>(fused.form.outer.size()), columns = outer + static_cast<int>(fused.form.rows.size());
  for (int loop = outer; loop < columns; ++loop) fused.resultLoops.push_back(loop);
  if (groups > 1) fused.resultLoops.push_back(0);
  fused.resultLoops.push_back(columns);
  return fused;
}

FusedContraction weightGradForm(ir::ConvolutionWeightGradOp op) {
  OperandView x = viewOf(op.getX()), dy = viewOf(op.getDy());
  FusedContraction fused = begin(op.getResult(), x, dy);
  const rule::ImageAxes axes = ir::ruleOf<rule::Convolution>(op).axes();
  const ImageStrides a = imageStrides(x, axes), b = imageStrides(dy, axes);
  llvm::ArrayRef<int64_t> w = op.getType().getShape();
  int64_t images = dy.shape[0];
  if (w.size() == 5) {
    images /= w[0];
    fused.form.outer.push_back({w[0], images * a.n, images * b.n, rowMajor(w)[0]});
    fused.resultLoops.push_back(0);
    w = w.drop_front();
  }
  llvm::SmallVector<int64_t> c = rowMajor(w);
  int64_t groups = static_cast<int64_t>(op.getGroups()), each = w[3] / groups;
  auto stride = op.getStride(), dilation = op.getDilation();
  if (groups > 1) fused.form.outer.push_back({groups, w[2] * a.c, each * b.c, each});
  fused.form.rows = {{w[0], dilation[0] * a.h, 0, c[0]}, {w[1], dilation[1] * a.w, 0, c[1]}, {w[2], a.c, 0, c[2]}};
  if (op.getChannelsFirst()) std::swap(fused.form.rows[1], fused.form.rows[2]);
  fused.form.columns = {each, 0, b.c, 1};
  fused.form.reductions = {
      {images, a.n, b.n, 0}, {dy.shape[axes.h], stride[0] * a.h, b.h, 0}, {dy.shape[axes.w], stride[1] * a.w, b.w, 0}};
  fused.form.halo = haloOf(op, fused.form, fused.form.rows[0], {0, 1, dilation[0], stride[0]}, x.shape[axes.h]);
  int outer = static_cast<int>(fused.form.outer.size());
  fused.resultLoops.append({outer, outer + 1, outer + 2});
  if (op.getChannelsFirst())
    std::swap(fused.resultLoops[fused.resultLoops.size() - 1], fused.resultLoops[fused.resultLoops.size() - 2]);
  if (groups > 1) fused.resultLoops.push_back(outer - 1);
  fused.resultLoops.push_back(outer + 3);
  return fused;
}

}  // namespace

OperandView viewOf(mlir::Value value) {
  ir::StridedView view = ir::stridedView(value);
  auto buffer = llvm::dyn_cast<mlir::BlockArgument>(view.base);
  if (!buffer) throw InternalError("lower-cpu: a contraction's operand is not an argument of its fusion");
  return {buffer, view.offset, std::move(view.strides), typeOf(value).getShape()};
}

FusedContraction contractionOf(ir::FusionOp fusion) {
  for (mlir::Operation& op : fusion.getBody().front()) {
    if (auto matmul = llvm::dyn_cast<ir::MatmulOp>(op)) return matmulForm(matmul);
    if (auto convolution = llvm::dyn_cast<ir::ConvolutionOp>(op)) return convolutionForm(convolution);
    if (auto gradient = llvm::dyn_cast<ir::ConvolutionWeightGradOp>(op)) return weightGradForm(gradient);
  }
  throw InternalError("lower-cpu: a fusion of a contraction holds none");
}

}  // namespace stator::cpu
