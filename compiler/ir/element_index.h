// Walking the elements of a tensor's value by their indices.
#pragma once

#include "compiler/interface/tensor_value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/BuiltinTypes.h"

namespace stator::ir {

using Index = llvm::SmallVector<long, 6>;

/// A value of tensor type `type` whose every element is `fill`.
TensorValue filled(mlir::Type type, double fill = 0);

/// How far apart in memory two elements are that are neighbours along each axis.
Index stridesOf(llvm::ArrayRef<long> extents);
long offsetOf(llvm::ArrayRef<long> strides, llvm::ArrayRef<long> index);

/// Calls `body(index, offset)` for each element in row-major order.
template <class Body> void forEachElement(llvm::ArrayRef<long> extents, Body body) {
  Index index(extents.size(), 0);
  long count = 1;
  for (long extent : extents) count *= extent;
  for (long offset = 0; offset < count; ++offset) {
    body(llvm::ArrayRef<long>(index), offset);
    for (size_t axis = extents.size(); axis-- > 0 && ++index[axis] == extents[axis];) index[axis] = 0;
  }
}

/// The tensor of type `type` whose element at an index is the operand's at `source(index)`.
template <class Source> TensorValue gather(const TensorValue& x, mlir::Type type, Source source) {
  TensorValue result = filled(type);
  Index strides = stridesOf(x.extents);
  forEachElement(result.extents, [&](llvm::ArrayRef<long> index, long offset) {
    result.elements[offset] = x.elements[offsetOf(strides, source(index))];
  });
  return result;
}

}  // namespace stator::ir
