// Which positions of a symbolic axis are valid: its factors in row-major order, such as [batch, steps] of batch*steps.
#pragma once

#include "compiler/interface/tensor_spec.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace stator::mask {

/// The numbers that symbols are bound to, from the module.
class Bindings {
 public:
  explicit Bindings(mlir::DictionaryAttr numbers);
  int64_t operator[](Symbol symbol) const { return numbers_[symbol]; }

 private:
  int64_t numbers_[symbol::count]{};
};

/// One factor of an axis: a symbol with its bound number, or a number (symbol `none`).
struct Factor {
  int64_t extent = 1;
  Symbol symbol = symbol::none;
  bool operator==(const Factor&) const = default;
};

/// The order of factors along one axis.
struct AxisFactors {
  enum class Kind : unsigned char {
    free,   // the values do not depend on the position: every order is right
    known,  // `factors`
    mixed,  // no order: a reshape cut through a symbol, or two orders met
  };
  Kind kind = Kind::free;
  llvm::SmallVector<Factor, 2> factors;

  static AxisFactors mixed() { return {Kind::mixed, {}}; }
  bool operator==(const AxisFactors&) const = default;
};

/// A symbol alone is its own factor; symbols and numbers multiplied come in an order that the extent does not tell.
AxisFactors factorsOfSource(const Extent& extent, const Bindings& bindings);

/// What two values that meet position by position have in common.
AxisFactors join(const AxisFactors& a, const AxisFactors& b);

/// The factors to mask by, where the kind is not `mixed`: for `free`, symbols first.
llvm::SmallVector<Factor, 2> orderedFactors(const AxisFactors& axis, const Extent& extent, const Bindings& bindings);

/// One axis of a reshape's result: its factors, and the operand's axes that it holds elements of.
struct ReshapedAxis {
  AxisFactors factors;
  llvm::SmallVector<int> from;
};
llvm::SmallVector<ReshapedAxis> reshapeFactors(llvm::ArrayRef<AxisFactors> axes, const Extents& from, const Extents& to,
                                               const Bindings& bindings);

}  // namespace stator::mask
