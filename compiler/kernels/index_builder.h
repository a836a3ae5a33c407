// Index arithmetic and loops, folded where their operands are constants, so that emitters read like the loops they
// make.
#pragma once

#include "mlir/IR/Builders.h"

namespace stator::kernels {

using mlir::Location;
using mlir::OpBuilder;
using mlir::Value;
using mlir::ValueRange;
using Values = llvm::SmallVector<Value>;

struct IndexBuilder {
  OpBuilder& builder;
  Location location;

  Value constant(int64_t value) const;
  Value add(Value a, Value b) const;
  Value add(Value a, int64_t b) const;
  Value subtract(Value a, Value b) const;
  Value multiply(Value a, int64_t b) const;
  Value divide(Value a, int64_t b) const;     ///< of a value that is not negative, rounded down
  Value remainder(Value a, int64_t b) const;  ///< of a value that is not negative
  Value less(Value a, int64_t b) const;
  Value least(Value a, int64_t b) const;  ///< the lesser of values that are not negative
  Value most(Value a, int64_t b) const;   ///< the greater

  Value within(Value index, Value first, Value last) const;  ///< first <= index < last

  /// The digits of `linear` in the mixed radix of `extents`, whose last digit varies fastest.
  Values split(Value linear, llvm::ArrayRef<int64_t> extents) const;

  /// floor(index * total / parts): where part `index` of `total` begins.
  Value share(Value index, int64_t total, int64_t parts) const;

  using LoopBody = llvm::function_ref<Values(Value index, ValueRange carried)>;
  /// for (index = lower; index < upper; index += step) carried = body(index, carried); gives the last `carried`.
  Values loop(Value lower, Value upper, int64_t step, ValueRange carried, LoopBody body) const;

  /// for (index = lower; index < upper; ++index) body(index).
  void loop(Value lower, Value upper, llvm::function_ref<void(Value index)> body) const;
  void loop(int64_t extent, llvm::function_ref<void(Value index)> body) const;

  /// `body` for each of part `part`'s share of `total`, in order. At most as many parts as there are to share.
  void forShare(Value part, int64_t total, int64_t parts, llvm::function_ref<void(Value index)> body) const;

  /// if (condition) yes(); else no(). A null condition is true.
  void branch(Value condition, llvm::function_ref<void()> yes, llvm::function_ref<void()> no) const;
};

}  // namespace stator::kernels
