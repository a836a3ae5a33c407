// Losses of class scores: nll_loss and cross_entropy, with class weights, ignored rows and smoothed labels.
#pragma once

#include "dsl/losses/options.h"
#include "dsl/ops/masking.h"
#include "dsl/ops/softmax.h"

namespace stator {

/// Options of nll_loss, with PyTorch's defaults: `nll_loss<st::NLL{.ignore_index = 0}>(input, target)`.
struct NLL {
  long ignore_index = -100;  // rows of this class do not count; labels of a `Labels` type are never below 0
  Reduction reduction = Reduction::mean;
};

/// Options of cross_entropy, with PyTorch's defaults: `cross_entropy<st::CrossEntropy{.label_smoothing = 0.1}>(x, y)`.
struct CrossEntropy {
  long ignore_index = -100;    // rows of this class do not count; labels of a `Labels` type are never below 0
  double label_smoothing = 0;  // the share of the target that is spread over all classes, 0 to 1
  Reduction reduction = Reduction::mean;
};

namespace detail {
/// Axis 1, or the only one of a single sample.
template <class X> inline constexpr int class_axis = X::tensor::spec.rank() == 1 ? 0 : 1;
template <class X> inline constexpr Extent class_count = X::tensor::spec.extents[class_axis<X>];

/// What may be wrong with the arguments of a loss of classes, in that loss's words.
struct ClassTexts {
  const char *target, *extents, *classes, *weight, *weights, *ignored, *smoothing;
};
inline constexpr ClassTexts nll_texts{"nll_loss: the target is not a class index for each row",
                                      "nll_loss: extents of input and target differ",
                                      "nll_loss: the input's classes differ from the labels'",
                                      "nll_loss: the weight is not a number for each class",
                                      "nll_loss: more than one weight",
                                      "",
                                      ""};
inline constexpr ClassTexts cross_entropy_texts{
    "cross_entropy: the target is neither a class index for each row nor its probabilities",
    "cross_entropy: extents of input and target differ",
    "cross_entropy: the input's classes differ from the labels'",
    "cross_entropy: the weight is not a number for each class",
    "cross_entropy: more than one weight",
    "cross_entropy: an ignore_index does not go with class probabilities",
    "cross_entropy: label_smoothing lies outside [0, 1]"};

/// Whether rank and extents of a target of indices fit: those of the input without its classes.
template <Operand X, Operand Y> constexpr const char* broken_indices(const ClassTexts& texts) {
  constexpr TensorSpec x = X::tensor::spec, y = Y::tensor::spec;
  if (y.rank() != x.rank() - 1) return texts.target;
  for (int i = 0; i < y.rank(); ++i)
    if (y.extents[i] != x.extents[i < class_axis<X> ? i : i + 1]) return texts.extents;
  return y.classes != 0 && Extent(y.classes) != class_count<X> ? texts.classes : nullptr;
}
template <CrossEntropy Options, Operand X, Operand Y, Operand... W>
constexpr const char* broken_classes(const ClassTexts& texts, bool takes_probabilities) {
  constexpr TensorSpec x = X::tensor::spec, y = Y::tensor::spec;
  if (x.rank() < 1) return texts.target;
  if (sizeof...(W) > 1) return texts.weights;
  if (!is_float(y.dtype)) {
    if (const char* broken = broken_indices<X, Y>(texts)) return broken;
  } else {
    if (!takes_probabilities || y.rank() != x.rank()) return texts.target;
    if (y.extents != x.extents) return texts.extents;
    if (Options.ignore_index >= 0) return texts.ignored;
  }
  if (!((W::tensor::spec.rank() == 1 && W::tensor::spec.extents[0] == class_count<X>) && ...)) return texts.weight;
  return Options.label_smoothing >= 0 && Options.label_smoothing <= 1 ? nullptr : texts.smoothing;
}
template <auto Given> inline constexpr CrossEntropy nll_options = [] {
  constexpr NLL options = options_of<NLL, Given>();
  return CrossEntropy{.ignore_index = options.ignore_index, .reduction = options.reduction};
}();
template <auto Given> inline constexpr CrossEntropy cross_entropy_options = options_of<CrossEntropy, Given>();

template <auto Given, Operand... X> struct NllMistake {
  static constexpr const char* message = broken_classes<nll_options<Given>, X...>(nll_texts, false);
};
template <auto Given, Operand... X> struct CrossEntropyMistake {
  static constexpr const char* message = broken_classes<cross_entropy_options<Given>, X...>(cross_entropy_texts, true);
};

/// The extents of `X` with its class axis set to 1: a target's, with room for the classes.
template <Operand X> constexpr rule::Reshape beside_classes() {
  Extents extents = X::tensor::spec.extents;
  extents[class_axis<X>] = Extent(1);
  return rule::Reshape{extents};
}
/// All extents 1 but the class axis: those of a number for each class.
template <Operand X> constexpr rule::Reshape along_classes() {
  Extents extents;
  for (int i = 0; i < X::tensor::spec.rank(); ++i) extents.push(i == class_axis<X> ? class_count<X> : Extent(1));
  return rule::Reshape{extents};
}
template <class X> struct ClassIndex {
  static constexpr TensorSpec spec{DType::i64, X::tensor::spec.extents};
};
/// [N, C, ...]: the index along the class axis.
template <Operand X> constexpr auto class_index(const X& x) {
  constexpr rule::Iota iota{class_axis<X>};
  return Expr<tensor_from_t<ClassIndex<X>>>{perform_in(x.context, iota, ClassIndex<X>::spec)};
}
/// x, times the weight of its class where there is one.
template <Operand X, Operand... W> constexpr auto weighted(const X& x, const W&... weight) {
  if constexpr (sizeof...(W) == 0) return x;
  else return x * apply<along_classes<X>()>(weight...);
}
/// Whether a target of this type may hold class `index`: those of labels are checked.
template <Operand Y> constexpr bool may_hold(long index) {
  constexpr long classes = Y::tensor::spec.classes;
  return classes == 0 || (index >= 0 && index < classes);
}

/// What each class adds to the loss, where `hit` is that of the target. input: log-probabilities [N, C, ...].
template <double Smoothing, Operand H, Operand X, Operand... W>
constexpr auto class_costs(const H& hit, const X& input, const W&... weight) {
  if constexpr (Smoothing == 0) {
    auto zero = number_like(input, 0.0);
    return where(hit, weighted(-input, weight...), zero);
  } else {
    constexpr double everywhere = Smoothing / class_count<X>.number;
    return weighted(-input, weight...) * where(hit, number_like(input, 1 - Smoothing + everywhere), everywhere);
  }
}

/// The loss of class indices. input: log-probabilities [N, C, ...], target [N, ...], weight [C].
template <CrossEntropy Options, Operand X, Operand Y, Operand... W>
constexpr auto index_loss(const X& input, const Y& target, const W&... weight) {
  constexpr int axis = class_axis<X>;
  constexpr bool ignores = may_hold<Y>(Options.ignore_index);
  auto counted = [&](const auto& rows) {
    if constexpr (ignores) return where(target == Options.ignore_index, 0.0, rows);
    else return rows;
  };
  auto hit = class_index(input) == apply<beside_classes<X>()>(target);
  auto rows = counted(sum<axis>(class_costs<Options.label_smoothing>(hit, input, weight...)));
  if constexpr (Options.reduction != Reduction::mean || (!ignores && sizeof...(W) == 0)) {
    return reduce<Options.reduction>(rows);
  } else if constexpr (sizeof...(W) == 0) {
    return sum(rows) / sum(cast<dtype_tag_t<X::tensor::spec.dtype>>(target != Options.ignore_index));
  } else {
    return sum(rows) / sum(counted(sum<axis>(where(hit, apply<along_classes<X>()>(weight...), 0.0))));
  }
}

/// The loss of class probabilities. input: log-probabilities [N, C, ...], target [N, C, ...], weight [C].
template <CrossEntropy Options, Operand X, Operand Y, Operand... W>
constexpr auto probability_loss(const X& input, const Y& target, const W&... weight) {
  auto smoothed = [&] {
    if constexpr (Options.label_smoothing == 0) return target;
    else return target * (1 - Options.label_smoothing) + Options.label_smoothing / class_count<X>.number;
  }();
  return reduce<Options.reduction>(sum<class_axis<X>>(weighted(-input, weight...) * smoothed));
}
}  // namespace detail

/// The negative log-likelihood of class indices. With a weight for each class, a mean is divided by the sum of the
/// targets' weights; rows of class `ignore_index` are left out of sum and divisor. Options: a Reduction, or NLL{...}.
/// Source: torch.nn.functional.nll_loss.
/// Shapes: input [N, C, ...] or [C] of log-probabilities, target [N, ...] or [] of whole numbers below C, weight [C] ->
/// scalar (the target's for none).
template <auto Options = NLL{}, Operand X, Operand Y, Operand... W>
requires(X::what == is::log_probabilities && detail::NllMistake<Options, X, Y, W...>::message == nullptr)
constexpr auto nll_loss(const X& input, const Y& target, const W&... weight) {
  return detail::index_loss<detail::nll_options<Options>>(input, target, weight...);
}
template <auto Options = NLL{}, Operand X, Operand Y, Operand... W> requires(X::what != is::log_probabilities)
Advice<"nll_loss takes log-probabilities: use cross_entropy, or apply log_softmax first", shape_of<X>> nll_loss(
    const X& input, const Y& target, const W&... weight);
template <auto Options = NLL{}, Operand X, Operand Y, Operand... W>
requires(X::what == is::log_probabilities && detail::NllMistake<Options, X, Y, W...>::message != nullptr)
ShapeError<text_of<detail::NllMistake<Options, X, Y, W...>>, shape_of<X>, shape_of<Y>, shape_of<W>...> nll_loss(
    const X& input, const Y& target, const W&... weight);

/// The cross entropy of logits and class indices, nll_loss(log_softmax(input)), or of logits and the classes'
/// probabilities. Options: a Reduction, or CrossEntropy{...}. Source: torch.nn.functional.cross_entropy.
/// Shapes: input [N, C, ...] or [C] of logits, target [N, ...] or [] of whole numbers below C, or probabilities of the
/// input's shape, weight [C] -> scalar (the input's without C for none).
template <auto Options = CrossEntropy{}, Operand X, Operand Y, Operand... W>
requires(X::what == is::anything && detail::CrossEntropyMistake<Options, X, Y, W...>::message == nullptr)
constexpr auto cross_entropy(const X& input, const Y& target, const W&... weight) {
  constexpr CrossEntropy options = detail::cross_entropy_options<Options>;
  auto logs = log_softmax<detail::class_axis<X>>(input);
  if constexpr (is_float(spec_of<Y>.dtype)) return detail::probability_loss<options>(logs, target, weight...);
  else return detail::index_loss<options>(logs, target, weight...);
}
template <auto Options = CrossEntropy{}, Operand X, Operand Y, Operand... W> requires(X::what == is::probabilities)
Advice<"cross_entropy takes logits: it applies log_softmax itself, so drop the softmax", shape_of<X>> cross_entropy(
    const X& input, const Y& target, const W&... weight);
template <auto Options = CrossEntropy{}, Operand X, Operand Y, Operand... W> requires(X::what == is::log_probabilities)
Advice<"cross_entropy takes logits: after log_softmax use nll_loss", shape_of<X>> cross_entropy(const X& input,
                                                                                                const Y& target,
                                                                                                const W&... weight);
template <auto Options = CrossEntropy{}, Operand X, Operand Y, Operand... W>
requires(X::what == is::anything && detail::CrossEntropyMistake<Options, X, Y, W...>::message != nullptr)
ShapeError<text_of<detail::CrossEntropyMistake<Options, X, Y, W...>>, shape_of<X>, shape_of<Y>, shape_of<W>...>
cross_entropy(const X& input, const Y& target, const W&... weight);

}  // namespace stator
