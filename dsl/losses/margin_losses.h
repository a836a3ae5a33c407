// Losses with a margin: what is far enough on its side costs nothing.
#pragma once

#include "dsl/losses/class_losses.h"
#include "dsl/ops/piecewise.h"
#include "dsl/ops/products.h"

namespace stator {

/// Options of hinge_embedding_loss, margin_ranking_loss and cosine_embedding_loss, with PyTorch's defaults.
struct HingeEmbedding {
  double margin = 1;
  Reduction reduction = Reduction::mean;
};
struct MarginRanking {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
struct CosineEmbedding {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
/// Options of triplet_margin_loss, with PyTorch's defaults. `swap`: the negative may be measured from the positive.
struct TripletMargin {
  double margin = 1;
  double p = 2;
  double eps = 1e-6;
  bool swap = false;
  Reduction reduction = Reduction::mean;
};
/// Options of multi_margin_loss, with PyTorch's defaults; p is 1 or 2.
struct MultiMargin {
  int p = 1;
  double margin = 1;
  Reduction reduction = Reduction::mean;
};

/// x where the target is 1, max(0, margin - x) where it is -1. Options: a Reduction, or HingeEmbedding{...}. Source:
/// torch.nn.functional.hinge_embedding_loss.
template <auto Options = HingeEmbedding{}, Operand X, detail::ShapedLike<X> Y>
constexpr auto hinge_embedding_loss(const X& input, const Y& target) {
  constexpr HingeEmbedding options = detail::options_of<HingeEmbedding, Options>();
  auto near = where(target != -1.0, input, 0.0), far = where(target != 1.0, clamp_min(options.margin - input, 0), 0.0);
  return detail::reduce<options.reduction>(near + far);
}
template <auto Options = HingeEmbedding{}, Operand X, Operand Y> requires(!detail::ShapedLike<Y, X>)
ShapeError<"hinge_embedding_loss: shapes of input and target differ", shape_of<X>, shape_of<Y>> hinge_embedding_loss(
    const X& input, const Y& target);

/// max(0, margin - t (a - b)) of targets 1, where a should exceed b, and -1. Options: a Reduction, or
/// MarginRanking{...}. Source: torch.nn.functional.margin_ranking_loss.
template <auto Options = MarginRanking{}, Operand A, detail::ShapedLike<A> B, detail::ShapedLike<A> Y>
constexpr auto margin_ranking_loss(const A& a, const B& b, const Y& target) {
  constexpr MarginRanking options = detail::options_of<MarginRanking, Options>();
  return detail::reduce<options.reduction>(clamp_min(options.margin - target * (a - b), 0));
}
template <auto Options = MarginRanking{}, Operand A, Operand B, Operand Y>
requires(!detail::ShapedLike<B, A> || !detail::ShapedLike<Y, A>)
ShapeError<"margin_ranking_loss: shapes of inputs and target differ", shape_of<A>, shape_of<B>, shape_of<Y>>
margin_ranking_loss(const A& a, const B& b, const Y& target);

namespace detail {
/// Whether A and B are alike, and Y is they without their last axis.
template <class A, class B, class Y> constexpr bool are_rows_and_targets() {
  constexpr Extents a = spec_of<A>.extents, y = spec_of<Y>.extents;
  if (a != spec_of<B>.extents || a.rank == 0 || y.rank != a.rank - 1) return false;
  for (int i = 0; i < y.rank; ++i)
    if (a[i] != y[i]) return false;
  return true;
}
}  // namespace detail

/// 1 - cos(a, b) where the target is 1, max(0, cos(a, b) - margin) where it is -1. Options: a Reduction, or
/// CosineEmbedding{...}. Source: torch.nn.functional.cosine_embedding_loss.
/// Shapes: a and b [N, D] or [D], target [N] or [] -> scalar (the target's for none).
template <auto Options = CosineEmbedding{}, Operand A, Operand B, Operand Y>
requires(detail::are_rows_and_targets<A, B, Y>())
constexpr auto cosine_embedding_loss(const A& a, const B& b, const Y& target) {
  constexpr CosineEmbedding options = detail::options_of<CosineEmbedding, Options>();
  auto cosine = sum<-1>(a * b) / sqrt((sum<-1>(square(a)) + 1e-12) * (sum<-1>(square(b)) + 1e-12));
  auto apart = where(target == -1.0, clamp_min(cosine - options.margin, 0), 0.0);
  return detail::reduce<options.reduction>(where(target == 1.0, 1.0 - cosine, apart));
}
template <auto Options = CosineEmbedding{}, Operand A, Operand B, Operand Y>
requires(!detail::are_rows_and_targets<A, B, Y>())
ShapeError<"cosine_embedding_loss: inputs are not alike, or the target is not one for each row", shape_of<A>,
           shape_of<B>, shape_of<Y>>
cosine_embedding_loss(const A& a, const B& b, const Y& target);

namespace detail {
template <class A, class P, class N> struct TripletMistake {
  static constexpr const char* message = !ShapedLike<P, A> || !ShapedLike<N, A>
                                             ? "triplet_margin_loss: shapes of anchor, positive and negative differ"
                                         : spec_of<A>.rank() < 1 ? "triplet_margin_loss: scalars have no distance"
                                                                 : nullptr;
};
}  // namespace detail

/// max(0, margin + |anchor - positive| - |anchor - negative|) in the p-norm of the last axis. Options: a Reduction, or
/// TripletMargin{...}. Source: torch.nn.functional.triplet_margin_loss (Balntas et al. 2016).
/// Shapes: all three [N, D] or [D] -> scalar ([N] or [] for none).
template <auto Options = TripletMargin{}, Operand A, Operand P, Operand N>
requires(detail::TripletMistake<A, P, N>::message == nullptr)
constexpr auto triplet_margin_loss(const A& anchor, const P& positive, const N& negative) {
  constexpr TripletMargin options = detail::options_of<TripletMargin, Options>();
  auto apart = [&](const auto& a, const auto& b) { return pairwise_distance(a, b, options.p, options.eps); };
  auto near = apart(anchor, positive);
  auto far = [&] {
    if constexpr (options.swap) return minimum(apart(anchor, negative), apart(positive, negative));
    else return apart(anchor, negative);
  }();
  return detail::reduce<options.reduction>(clamp_min(near - far + options.margin, 0));
}
template <auto Options = TripletMargin{}, Operand A, Operand P, Operand N>
requires(detail::TripletMistake<A, P, N>::message != nullptr)
ShapeError<text_of<detail::TripletMistake<A, P, N>>, shape_of<A>, shape_of<P>, shape_of<N>> triplet_margin_loss(
    const A& anchor, const P& positive, const N& negative);

namespace detail {
inline constexpr ClassTexts multi_margin_texts{"multi_margin_loss: the target is not a class index for each row",
                                               "multi_margin_loss: extents of input and target differ",
                                               "multi_margin_loss: the input's classes differ from the labels'",
                                               "multi_margin_loss: the weight is not a number for each class",
                                               "multi_margin_loss: more than one weight",
                                               "",
                                               ""};
template <Operand X, Operand Y, Operand... W> constexpr const char* broken_margins() {
  if (spec_of<X>.rank() > 2) return multi_margin_texts.target;
  return broken_classes<CrossEntropy{}, X, Y, W...>(multi_margin_texts, false);
}
template <Operand... X> struct MultiMarginMistake {
  static constexpr const char* message = broken_margins<X...>();
};
}  // namespace detail

/// The mean over all classes of max(0, margin - x_y + x_i)^p, the target y's own left out, times y's weight. Options: a
/// Reduction, or MultiMargin{...}. Source: torch.nn.functional.multi_margin_loss.
/// Shapes: input [N, C] or [C], target [N] or [] of whole numbers below C, weight [C] -> scalar (the target's for
/// none).
template <auto Options = MultiMargin{}, Operand X, Operand Y, Operand... W>
requires(detail::MultiMarginMistake<X, Y, W...>::message == nullptr)
constexpr auto multi_margin_loss(const X& input, const Y& target, const W&... weight) {
  constexpr MultiMargin options = detail::options_of<MultiMargin, Options>();
  static_assert(options.p == 1 || options.p == 2, "multi_margin_loss: p is neither 1 nor 2");
  constexpr int axis = detail::class_axis<X>;
  auto hit = detail::class_index(input) == apply<detail::beside_classes<X>()>(target);
  auto own = sum<axis>(where(hit, input, 0.0), keepdim);
  auto short_of = where(hit, 0.0, clamp_min(input - own + options.margin, 0));
  auto costs = [&] {
    if constexpr (options.p == 1) return mean<axis>(short_of);
    else return mean<axis>(square(short_of));
  }();
  if constexpr (sizeof...(W) == 0) {
    return detail::reduce<options.reduction>(costs);
  } else {
    auto of_target = sum<axis>(where(hit, apply<detail::along_classes<X>()>(weight...), 0.0));
    return detail::reduce<options.reduction>(costs * of_target);
  }
}
template <auto Options = MultiMargin{}, Operand X, Operand Y, Operand... W>
requires(detail::MultiMarginMistake<X, Y, W...>::message != nullptr)
ShapeError<text_of<detail::MultiMarginMistake<X, Y, W...>>, shape_of<X>, shape_of<Y>, shape_of<W>...> multi_margin_loss(
    const X& input, const Y& target, const W&... weight);

}  // namespace stator
