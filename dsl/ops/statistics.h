// Reductions made of sums and maxima: variance, norms, log-sum-exp, products; truth over axes.
#pragma once

#include <limits>

#include "dsl/ops/arrange.h"
#include "dsl/ops/extremes.h"
#include "dsl/ops/masking.h"
#include "dsl/ops/mean.h"
#include "dsl/ops/softmax.h"

namespace stator {

namespace detail {
#define STATOR_FLOAT_REDUCTION(TYPE, NAME)                                                           \
  template <Operand X, int... Axes> struct TYPE {                                                    \
    static constexpr const char* message = broken_float_reduction<X, Axes...>(                       \
        NAME ": whole numbers: cast to a float first", NAME ": an axis is not one of the operand's", \
        NAME ": an axis stands twice");                                                              \
  };
STATOR_FLOAT_REDUCTION(VarMistake, "var")
STATOR_FLOAT_REDUCTION(StdMistake, "std")
STATOR_FLOAT_REDUCTION(NormMistake, "norm")
STATOR_FLOAT_REDUCTION(LogsumexpMistake, "logsumexp")
#undef STATOR_FLOAT_REDUCTION
/// Without the axes that a reduction has kept.
template <int... Axes, Operand X, Operand Kept> constexpr auto drop_axes(const X&, const Kept& kept) {
  return apply<dropped<X, Axes...>()>(kept);
}
}  // namespace detail

/// The variance over `Axes`, or over all where none is named: squares of distances from the mean, divided by their
/// number less `correction`. Source: torch.var.
template <int... Axes, Operand X> requires(detail::VarMistake<X, Axes...>::message == nullptr)
constexpr auto var(const X& x, KeepDim, double correction = 1) {
  auto count = apply<rule::Count{detail::axes_of<X, Axes...>()}>(x);
  return sum<Axes...>(square(x - mean<Axes...>(x, keepdim)), keepdim) / maximum(count - correction, 0.0);
}
template <int... Axes, Operand X> requires(detail::VarMistake<X, Axes...>::message == nullptr)
constexpr auto var(const X& x, double correction = 1) {
  return detail::drop_axes<Axes...>(x, var<Axes...>(x, keepdim, correction));
}
template <int... Axes, Operand X, class... Options> requires(detail::VarMistake<X, Axes...>::message != nullptr)
ShapeError<text_of<detail::VarMistake<X, Axes...>>, shape_of<X>> var(const X& x, Options...);

/// The standard deviation: the square root of `var`. Source: torch.std.
template <int... Axes, Operand X> requires(detail::StdMistake<X, Axes...>::message == nullptr)
constexpr auto std(const X& x, KeepDim, double correction = 1) {
  return sqrt(var<Axes...>(x, keepdim, correction));
}
template <int... Axes, Operand X> requires(detail::StdMistake<X, Axes...>::message == nullptr)
constexpr auto std(const X& x, double correction = 1) {
  return sqrt(var<Axes...>(x, correction));
}
template <int... Axes, Operand X, class... Options> requires(detail::StdMistake<X, Axes...>::message != nullptr)
ShapeError<text_of<detail::StdMistake<X, Axes...>>, shape_of<X>> std(const X& x, Options...);

namespace detail {
/// The square root, with a gradient of 0 at 0.
template <Operand X> constexpr auto root_of_sum(const X& sum) {
  auto is_zero = sum == 0.0;
  return where(is_zero, 0.0, sqrt(where(is_zero, 1.0, sum)));
}
}  // namespace detail

/// (sum of |x|^p)^(1/p) over `Axes`, or over all where none is named; of infinite `p` the greatest or least |x|.
/// Source: torch.linalg.vector_norm.
template <int... Axes, Operand X> requires(detail::NormMistake<X, Axes...>::message == nullptr)
constexpr auto norm(const X& x, KeepDim, double p = 2) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (p == 2) return detail::root_of_sum(sum<Axes...>(square(x), keepdim));
  if (p == 1) return sum<Axes...>(abs(x), keepdim);
  if (p == infinity) return amax<Axes...>(abs(x), keepdim);
  if (p == -infinity) return amin<Axes...>(abs(x), keepdim);
  if (p == 0) return sum<Axes...>(cast<dtype_tag_t<X::tensor::spec.dtype>>(x != 0.0), keepdim);
  return pow(sum<Axes...>(pow(abs(x), p), keepdim), 1 / p);
}
template <int... Axes, Operand X> requires(detail::NormMistake<X, Axes...>::message == nullptr)
constexpr auto norm(const X& x, double p = 2) {
  return detail::drop_axes<Axes...>(x, norm<Axes...>(x, keepdim, p));
}
template <int... Axes, Operand X, class... Options> requires(detail::NormMistake<X, Axes...>::message != nullptr)
ShapeError<text_of<detail::NormMistake<X, Axes...>>, shape_of<X>> norm(const X& x, Options...);

/// `x` divided by its norm along `Axis`, which counts as at least `eps`. Source: torch.nn.functional.normalize.
template <int Axis = 1, Operand X> requires(detail::NormMistake<X, Axis>::message == nullptr)
constexpr auto normalize(const X& x, double p = 2, double eps = 1e-12) {
  return x / maximum(norm<Axis>(x, keepdim, p), eps);
}
template <int Axis = 1, Operand X, class... Options> requires(detail::NormMistake<X, Axis>::message != nullptr)
ShapeError<text_of<detail::NormMistake<X, Axis>>, shape_of<X>> normalize(const X& x, Options...);

/// log(sum(exp(x))) over `Axes`, or over all where none is named, without overflow. Source: torch.logsumexp.
template <int... Axes, Operand X> requires(detail::LogsumexpMistake<X, Axes...>::message == nullptr)
constexpr auto logsumexp(const X& x, KeepDim) {
  auto greatest = amax<Axes...>(detach(x), keepdim);
  auto shift = where(abs(greatest) == std::numeric_limits<double>::infinity(), 0.0, greatest);
  return log(sum<Axes...>(exp(x - shift), keepdim)) + shift;
}
template <int... Axes, Operand X> requires(detail::LogsumexpMistake<X, Axes...>::message == nullptr)
constexpr auto logsumexp(const X& x) {
  return detail::drop_axes<Axes...>(x, logsumexp<Axes...>(x, keepdim));
}
template <int... Axes, Operand X, class... Keep> requires(detail::LogsumexpMistake<X, Axes...>::message != nullptr)
ShapeError<text_of<detail::LogsumexpMistake<X, Axes...>>, shape_of<X>> logsumexp(const X& x, Keep...);

/// softmax(-x) along `Axis`. Source: torch.nn.functional.softmin.
template <int Axis = -1, Operand X> constexpr auto softmin(const X& x) { return softmax<Axis>(-x); }

/// Whether any element over `Axes`, or of all where none is named, is not 0. Source: torch.any.
template <int... Axes, Operand X, class... Keep> requires(detail::AminMistake<X, Axes...>::message == nullptr)
constexpr auto any(const X& x, Keep... keep) {
  return sum<Axes...>(cast<i64>(x != 0), keep...) != 0;
}
template <int... Axes, Operand X, class... Keep> requires(detail::AminMistake<X, Axes...>::message != nullptr)
ShapeError<"any: an axis is not one of the operand's, or stands twice", shape_of<X>> any(const X& x, Keep...);

/// Whether all elements over `Axes`, or of all where none is named, differ from 0. Source: torch.all.
template <int... Axes, Operand X, class... Keep> requires(detail::AminMistake<X, Axes...>::message == nullptr)
constexpr auto all(const X& x, Keep... keep) {
  return sum<Axes...>(cast<i64>(x == 0), keep...) == 0;
}
template <int... Axes, Operand X, class... Keep> requires(detail::AminMistake<X, Axes...>::message != nullptr)
ShapeError<"all: an axis is not one of the operand's, or stands twice", shape_of<X>> all(const X& x, Keep...);

}  // namespace stator
