// The matrix product.
#include "compiler/ir/build.h"
#include "compiler/ir/element_index.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"

#define GET_OP_CLASSES
#include "compiler/ir/contraction.cpp.inc"

namespace stator::ir {

/// The last two axes exchanged.
static mlir::Value transposed(mlir::OpBuilder& builder, mlir::Location location, mlir::Value x) {
  int rank = static_cast<int>(llvm::cast<mlir::RankedTensorType>(x.getType()).getRank());
  rule::Permute permute;
  for (int axis = 0; axis < rank - 2; ++axis) permute.axes.push(axis);
  permute.axes.push(rank - 1);
  permute.axes.push(rank - 2);
  return buildOp(builder, location, permute, {x});
}

llvm::FailureOr<Cotangents> MatmulOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  mlir::Value a = transposed(builder, getLoc(), getA());  // [..., K, M]
  mlir::Value b = transposed(builder, getLoc(), getB());  // [..., N, K]
  return Cotangents{buildOp(builder, getLoc(), rule::EqualRankMatmul{}, {cotangent, b}),
                    buildOp(builder, getLoc(), rule::EqualRankMatmul{}, {a, cotangent})};
}

TensorValue MatmulOp::interpret(Operands operands) {
  const TensorValue &a = *operands[0], &b = *operands[1];
  TensorValue y = filled(getType());
  long rank = static_cast<long>(y.extents.size());
  long rows = y.extents[rank - 2], columns = y.extents[rank - 1], inner = a.extents[rank - 1];
  for (size_t offset = 0; offset < y.elements.size(); ++offset) {
    long at = static_cast<long>(offset), column = at % columns, row = at / columns, batch = row / rows;
    for (long k = 0; k < inner; ++k)
      y.elements[offset] += a.elements[row * inner + k] * b.elements[(batch * inner + k) * columns + column];
  }
  return y;
}

}  // namespace stator::ir
