// Values without tensor operands: constants, counters along an axis, element counts, random draws.
#pragma once

#include "compiler/interface/operand.h"

namespace stator::rule {

/// A splat: every element is `value`.
struct Constant {
  static constexpr std::string_view name = "constant";
  double value = 0;
  constexpr static void attributes(auto& self, auto&& visit) { visit("value", self.value); }
  static constexpr Inferred check(Specs, const TensorSpec& result) { return result; }
};

/// The index along `axis`, in every element.
struct Iota {
  static constexpr std::string_view name = "iota";
  long axis = 0;
  constexpr static void attributes(auto& self, auto&& visit) { visit("axis", self.axis); }
  constexpr Inferred check(Specs, const TensorSpec& result) const {
    return axis >= 0 && axis < result.rank() ? Inferred(result) : "iota: the axis is not one of the result's";
  }
};

/// How many elements `axes` of the operand hold, as a scalar: of a symbol only the valid ones count.
struct Count {
  static constexpr std::string_view name = "count";
  Integers axes;
  constexpr static void attributes(auto& self, auto&& visit) { visit("axes", self.axes); }
  constexpr Inferred infer(Specs operands) const { return TensorSpec{operands[0].dtype, {}}; }
};

/// Uniform f32 draws in [0, 1) from (seed, step): element i of the result, in logical row-major order, is a function of
/// (seed, step, site, occurrence, i) alone. Operands: seed, step (i64 scalars). Source: Philox4x32-10, Salmon 2011.
struct RandomUniform {
  static constexpr std::string_view name = "random_uniform";
  long site = 0;        // of the layer that draws: a hash of its path
  long occurrence = 0;  // how often that site was drawn from before in this trace
  constexpr static void attributes(auto& self, auto&& visit) {
    visit("site", self.site);
    visit("occurrence", self.occurrence);
  }
  static constexpr Inferred check(Specs operands, const TensorSpec& result) {
    bool scalars = operands[0].rank() == 0 && operands[1].rank() == 0;
    bool whole = operands[0].dtype == DType::i64 && operands[1].dtype == DType::i64;
    if (!scalars || !whole) return "random_uniform: seed and step are i64 scalars";
    return result.dtype == DType::f32 ? Inferred(result) : "random_uniform: draws are f32";
  }
};

/// The operand, through which no gradient flows. Source: torch.Tensor.detach.
struct Detach {
  static constexpr std::string_view name = "detach";
  static constexpr bool keeps_property = true;
  constexpr static void attributes(auto&, auto&&) {}
  static constexpr Inferred infer(Specs operands) { return operands[0]; }
};

/// The operand, for computing again what block `block` computed: equal expressions on both sides of it stay apart.
struct Recompute {
  static constexpr std::string_view name = "recompute";
  long block = 0;
  constexpr static void attributes(auto& self, auto&& visit) { visit("block", self.block); }
  constexpr Inferred infer(Specs operands) const { return operands[0]; }
};

/// The operand `value`, which was computed before and lies in `held`: a derivative that needs it takes that, and does
/// not compute it again. Operands: value, held.
struct Known {
  static constexpr std::string_view name = "known";
  constexpr static void attributes(auto&, auto&&) {}
  static constexpr Inferred infer(Specs operands) {
    const bool same = operands[0].dtype == operands[1].dtype && operands[0].extents == operands[1].extents;
    return same ? Inferred(operands[0]) : "known: the value and what holds it differ in dtype or extents";
  }
};

/// The derivative of a scalar with respect to a value that it was computed from. Operands: scalar, value.
struct Gradient {
  static constexpr std::string_view name = "gradient";
  constexpr static void attributes(auto&, auto&&) {}
  static constexpr Inferred infer(Specs operands) {
    if (operands[0].rank() != 0) return "gradient: the loss is not a scalar";
    if (!is_float(operands[1].dtype)) return "gradient: whole numbers have no gradient";
    return operands[1];
  }
};

}  // namespace stator::rule

namespace stator {

/// `x` as a constant: no gradient flows through it. Source: torch.Tensor.detach.
template <Operand X> constexpr result_t<rule::Detach{}, X> detach(const X& x) { return apply<rule::Detach{}>(x); }

/// d loss / d x, of the shape of `x`. `loss` is a scalar that was computed from `x`. Source: torch.autograd.grad.
template <Operand L, Operand X> requires Fits<rule::Gradient{}, L, X>
constexpr result_t<rule::Gradient{}, L, X> gradient(const L& loss, const X& x) {
  return apply<rule::Gradient{}>(loss, x);
}
template <Operand L, Operand X> requires(!Fits<rule::Gradient{}, L, X>)
ShapeError<broken<rule::Gradient{}, L, X>, shape_of<L>, shape_of<X>> gradient(const L& loss, const X& x);

}  // namespace stator
