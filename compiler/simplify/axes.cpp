// Arithmetic of permutations.
#include "compiler/simplify/axes.h"

#include "compiler/ir/ops.h"
#include "compiler/ir/tensor_type.h"

namespace stator::simplify {

Axes compose(llvm::ArrayRef<int64_t> first, llvm::ArrayRef<int64_t> second) {
  Axes result;
  for (int64_t axis : second) result.push_back(first[axis]);
  return result;
}

Axes inverse(llvm::ArrayRef<int64_t> axes) {
  Axes result(axes.size());
  for (auto [to, from] : llvm::enumerate(axes)) result[from] = int64_t(to);
  return result;
}

bool isIdentity(llvm::ArrayRef<int64_t> axes) {
  for (auto [to, from] : llvm::enumerate(axes))
    if (int64_t(to) != from) return false;
  return true;
}

bool movesNothing(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> axes) {
  Axes longer;
  for (int64_t axis : axes)
    if (type.getDimSize(axis) != 1) longer.push_back(axis);
  return llvm::is_sorted(longer);
}

mlir::RankedTensorType permuted(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> axes) {
  TensorSpec spec = ir::specOf(type), result = spec;
  for (auto [to, from] : llvm::enumerate(axes)) result.extents[int(to)] = spec.extents[int(from)];
  return ir::typeOf(type.getContext(), result);
}

mlir::Value permute(mlir::OpBuilder& builder, mlir::Location location, mlir::Value x, llvm::ArrayRef<int64_t> axes) {
  if (isIdentity(axes)) return x;
  mlir::Type type = permuted(llvm::cast<mlir::RankedTensorType>(x.getType()), axes);
  return builder.create<ir::PermuteOp>(location, type, x, axes);
}

}  // namespace stator::simplify
