// Extents, strides and offsets of tensors' values.
#include "compiler/ir/element_index.h"

#include "compiler/ir/tensor_type.h"

namespace stator::ir {

TensorValue filled(mlir::Type type, double fill) {
  auto tensor = llvm::cast<mlir::RankedTensorType>(type);
  return {dtypeOf(tensor.getElementType()), std::vector<long>(tensor.getShape().begin(), tensor.getShape().end()),
          std::vector<double>(tensor.getNumElements(), fill)};
}

Index stridesOf(llvm::ArrayRef<long> extents) {
  Index strides(extents.size(), 1);
  for (size_t axis = extents.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * extents[axis];
  return strides;
}

long offsetOf(llvm::ArrayRef<long> strides, llvm::ArrayRef<long> index) {
  long offset = 0;
  for (auto [stride, i] : llvm::zip_equal(strides, index)) offset += stride * i;
  return offset;
}

}  // namespace stator::ir
