// What the tests of shape rules share: specs written shortly, and what a rule gives for them.
#pragma once

#include <string_view>

#include "dsl/stator.h"

namespace shape_rules {

using stator::Extent;
using stator::Extents;
using stator::Inferred;
using stator::Integers;
using stator::Specs;
using stator::TensorSpec;
using stator::symbol::batch;
using stator::symbol::steps;
namespace rule = stator::rule;

/// An f32 tensor of these extents.
template <class... E> constexpr TensorSpec tensor(E... extents) { return {stator::DType::f32, Extents{0, extents...}}; }
/// The same in another element type.
constexpr TensorSpec as(stator::DType dtype, TensorSpec spec) {
  spec.dtype = dtype;
  return spec;
}

template <class Rule, class... S> constexpr Inferred infer(const Rule& rule, const S&... operands) {
  const TensorSpec specs[]{operands...};
  return rule.infer(Specs{specs, sizeof...(S)});
}
template <class Rule, class... S>
constexpr Inferred check(const Rule& rule, const TensorSpec& result, const S&... operands) {
  const TensorSpec specs[sizeof...(S) + 1]{operands...};
  return rule.check(Specs{specs, sizeof...(S)}, result);
}

/// Whether a rule accepted its operands and gave `expected`.
constexpr bool gives(const Inferred& inferred, const TensorSpec& expected) {
  return inferred.ok() && inferred.spec == expected;
}
/// Whether a rule turned its operands down in these words.
constexpr bool says(const Inferred& inferred, std::string_view words) {
  return !inferred.ok() && inferred.error == words;
}

/// A tensor operand of element type `D`, for the tests of types.
template <class D, auto... E> using X = stator::Expr<stator::Tensor<D, E...>>;
/// Whether expression type `Expression` has tensor type `Tensor<D, E...>`.
template <class Expression, class D, auto... E> constexpr bool is_a =
    std::is_same_v<typename Expression::tensor, stator::Tensor<D, E...>>;

}  // namespace shape_rules
