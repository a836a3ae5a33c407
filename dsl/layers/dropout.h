// Dropout: in training a part of the values becomes zero and the rest grows; otherwise nothing happens.
#pragma once

#include "compiler/interface/ops/elementwise.h"
#include "dsl/parameter.h"

namespace stator {

namespace detail {
template <class X, int Axes> struct MaskSpec {  // extents of X, 1 beyond the first `Axes`
  static constexpr TensorSpec make() {
    TensorSpec mask{DType::f32, X::tensor::spec.extents};
    for (int i = Axes; i < mask.rank(); ++i) mask.extents[i] = Extent(1);
    return mask;
  }
  static constexpr TensorSpec spec = make();
};

/// Zero with probability `p`, else 1 / (1 - p), drawn for the first `Axes` axes. Source: Srivastava et al. 2014.
template <int Axes, Operand X> constexpr X drop(const X& x, const RandomSite& site, double p) {
  if (!site.context->training() || p == 0) return x;
  using Mask = MaskSpec<X, Axes>;
  using Draw = tensor_from_t<Mask>;
  Context::Draw draw = site.context->draw(site.site);
  rule::RandomUniform rule{site.site, draw.occurrence};
  AttributeWriter attributes;
  rule::RandomUniform::attributes(rule, attributes);
  int ids[]{draw.seed, draw.step};
  Expr<Draw> uniform{
      {site.context, site.context->apply({rule.name, ids, 2, attributes.attributes, attributes.count, Mask::spec})}};
  Expr<type::Tensor<f32>> zero{literal(site.context, 0.0, {DType::f32, {}})};
  auto dropped = where(uniform >= p, x * (p < 1 ? 1 / (1 - p) : 0.0), zero);
  return {{dropped.context, dropped.id}};
}
}  // namespace detail

/// Each value of its own. Source: torch.nn.Dropout.
template <double P = 0.5> struct Dropout {
  static_assert(P >= 0 && P <= 1, "Dropout: the probability lies outside [0, 1]");
  RandomSite site;
  template <Operand X> constexpr auto operator()(const X& x) const {
    return detail::drop<max_rank>(Expr<typename X::tensor>{{x.context, x.id}}, site, P);
  }
};

/// Whole channels of [N, C, ...]; on a value of rank 2, each value of its own. Source: torch.nn.Dropout2d.
template <double P = 0.5> struct Dropout2d {
  static_assert(P >= 0 && P <= 1, "Dropout2d: the probability lies outside [0, 1]");
  RandomSite site;
  template <Operand X> constexpr auto operator()(const X& x) const {
    return detail::drop<2>(Expr<typename X::tensor>{{x.context, x.id}}, site, P);
  }
};

}  // namespace stator
