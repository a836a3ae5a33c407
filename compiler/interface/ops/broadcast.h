// NumPy broadcasting and dtype promotion: the rule, and bringing an operand to the common spec.
#pragma once

#include "compiler/interface/operand.h"

namespace stator {
namespace rule {

/// Extents meet from the right; 1 stretches. Errors: an extent of -1 in the result marks a pair that does not fit.
constexpr Extents broadcast(const Extents& a, const Extents& b) {
  Extents out = a.rank >= b.rank ? a : b;
  for (int i = 1; i <= a.rank && i <= b.rank; ++i)
    out[-i] = a[-i] == b[-i] || b[-i] == Extent(1) ? a[-i] : a[-i] == Extent(1) ? b[-i] : Extent(-1);
  return out;
}

constexpr bool fits(const Extents& broadcasted) {
  for (int i = 0; i < broadcasted.rank; ++i)
    if (broadcasted.at[i] == Extent(-1)) return false;
  return true;
}

/// Stretches extents of 1 to the result's; the rank stays. The result's type carries the target.
struct Broadcast {
  static constexpr std::string_view name = "broadcast";
  constexpr static void attributes(auto&, auto&&) {}
  static constexpr Inferred check(Specs operands, const TensorSpec& result) {
    if (operands[0].rank() != result.rank()) return "broadcast: the rank changes";
    for (int i = 0; i < result.rank(); ++i)
      if (operands[0].extents[i] != result.extents[i] && operands[0].extents[i] != Extent(1))
        return "broadcast: only an extent of 1 stretches";
    return operands[0].dtype == result.dtype ? Inferred(result) : "broadcast: the dtype changes";
  }
};

/// The same elements in row-major order under other extents. The result's type carries them.
struct Reshape {
  static constexpr std::string_view name = "reshape";
  static constexpr bool keeps_property = true;
  Extents to;  // one extent may be -1: what is left

  constexpr static void attributes(auto&, auto&&) {}
  static constexpr Inferred check(Specs operands, const TensorSpec& result) {
    if (operands[0].dtype != result.dtype) return "reshape: the dtype changes";
    return element_count(operands[0].extents) == element_count(result.extents)
               ? Inferred(result)
               : "reshape: the number of elements changes";
  }
  constexpr Inferred infer(Specs operands) const {
    TensorSpec result{operands[0].dtype, to, operands[0].classes};
    int open = -1;
    Extent known;
    for (int i = 0; i < to.rank; ++i) {
      if (to.at[i] == Extent(-1) && open >= 0) return "reshape: more than one extent is -1";
      if (to.at[i] == Extent(-1)) open = i;
      else known = known * to.at[i];
    }
    if (open >= 0) result.extents[open] = divide(element_count(operands[0].extents), known);
    return check(operands, result);
  }
};

/// Another element type; floats to whole numbers round toward zero. The result's type carries the target.
struct Cast {
  static constexpr std::string_view name = "cast";
  DType to = DType::f32;
  constexpr static void attributes(auto&, auto&&) {}
  static constexpr Inferred check(Specs operands, const TensorSpec& result) {
    return operands[0].extents == result.extents ? Inferred(result) : "cast: the extents change";
  }
  constexpr Inferred infer(Specs operands) const { return TensorSpec{to, operands[0].extents}; }
};

}  // namespace rule

namespace detail {
[[gnu::noinline]] constexpr Held convert(std::string_view op, const Handle& x, const TensorSpec& result) {
  return {x.context, x.context->apply({op, &x.id, 1, nullptr, 0, result})};
}

/// `x` of spec `from`, cast, reshaped and broadcast to `dtype` and `extents` as far as that is needed.
[[gnu::noinline]] constexpr Held expand(Held x, const TensorSpec& from, DType dtype, const Extents& extents) {
  if (from.dtype == dtype && from.extents == extents) return x;
  TensorSpec now = from;
  if (now.dtype != dtype) {
    now.dtype = dtype;
    x = convert(rule::Cast::name, x, now);
  }
  const int more = extents.rank - now.rank();
  if (more > 0) {
    now = {dtype, {}};
    for (int i = 0; i < more; ++i) now.extents.push(1);
    for (int i = 0; i < from.rank(); ++i) now.extents.push(from.extents[i]);
    x = convert(rule::Reshape::name, x, now);
  }
  if (now.extents == extents) return x;
  return convert(rule::Broadcast::name, x, {dtype, extents});
}
constexpr Held expand(Held x, const TensorSpec& from, const TensorSpec& to) {
  return expand(std::move(x), from, to.dtype, to.extents);
}
}  // namespace detail
}  // namespace stator
