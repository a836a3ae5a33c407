// Products, distances and bags made of contractions, norms and embeddings.
#pragma once

#include "compiler/interface/ops/contraction.h"
#include "dsl/ops/repeat.h"
#include "dsl/ops/statistics.h"

namespace stator {

/// a[i] * b[j]. Source: torch.outer.
template <Operand A, Operand B> requires(spec_of<A>.rank() == 1 && spec_of<B>.rank() == 1)
constexpr auto outer(const A& a, const B& b) {
  return unsqueeze<-1>(a) * b;
}
template <Operand A, Operand B> requires(spec_of<A>.rank() != 1 || spec_of<B>.rank() != 1)
ShapeError<"outer: an operand is not a vector", shape_of<A>, shape_of<B>> outer(const A& a, const B& b);

/// beta * x + alpha * matmul(a, b), where x broadcasts. Source: torch.addmm, torch.baddbmm.
template <Operand X, Operand A, Operand B> requires Fits<rule::BroadcastMatmul{}, A, B>
constexpr auto addmm(const X& x, const A& a, const B& b, double beta = 1, double alpha = 1) {
  return x * beta + matmul(a, b) * alpha;
}
template <Operand X, Operand A, Operand B> requires(!Fits<rule::BroadcastMatmul{}, A, B>)
ShapeError<broken<rule::BroadcastMatmul{}, A, B>, shape_of<A>, shape_of<B>> addmm(const X& x, const A& a, const B& b,
                                                                                  double beta = 1, double alpha = 1);

/// The first half of x along `Axis`, times the sigmoid of the second. Source: torch.nn.functional.glu.
template <int Axis = -1, Operand X>
requires(detail::is_cut_along<X, Axis>() && spec_of<X>.extents[Axis].number % 2 == 0) constexpr auto glu(const X& x) {
  constexpr long half = spec_of<X>.extents[Axis].number / 2;
  return slice<Axis, 0, half>(x) * sigmoid(slice<Axis, half>(x));
}
template <int Axis = -1, Operand X>
requires(!(detail::is_cut_along<X, Axis>() && spec_of<X>.extents[Axis].number % 2 == 0))
ShapeError<"glu: no such axis of an even number", shape_of<X>> glu(const X& x);

/// The cosine of the angle between a and b along `Axis`; norms count as at least `eps`.
/// Source: torch.nn.functional.cosine_similarity.
template <int Axis = 1, Operand A, Operand B> requires FitTogether<rule::mul{}, A, B>
constexpr auto cosine_similarity(const A& a, const B& b, double eps = 1e-8) {
  auto left = a + b * 0.0;  // one shape
  auto right = b + a * 0.0;
  return sum<Axis>(left * right) / (maximum(norm<Axis>(left), eps) * maximum(norm<Axis>(right), eps));
}
template <int Axis = 1, Operand A, Operand B> requires(!FitTogether<rule::mul{}, A, B>)
ShapeError<"cosine_similarity: extents do not broadcast", shape_of<A>, shape_of<B>> cosine_similarity(
    const A& a, const B& b, double eps = 1e-8);

/// The p-norm of a - b + eps along the last axis. Source: torch.nn.functional.pairwise_distance.
template <Operand A, Operand B> requires FitTogether<rule::sub{}, A, B>
constexpr auto pairwise_distance(const A& a, const B& b, double p = 2, double eps = 1e-6) {
  return norm<-1>(a - b + eps, p);
}
template <Operand A, Operand B> requires(!FitTogether<rule::sub{}, A, B>)
ShapeError<"pairwise_distance: extents do not broadcast", shape_of<A>, shape_of<B>> pairwise_distance(
    const A& a, const B& b, double p = 2, double eps = 1e-6);

/// The p-norm of the difference of each row of a [..., M, D] and each of b [..., N, D]: [..., M, N]. Source:
/// torch.cdist.
template <Operand A, Operand B>
requires(spec_of<A>.rank() >= 2 && spec_of<B>.rank() >= 2 && spec_of<A>.extents[-1] == spec_of<B>.extents[-1] &&
         spec_of<A>.rank() < max_rank && spec_of<B>.rank() < max_rank)
constexpr auto cdist(const A& a, const B& b, double p = 2) {
  return norm<-1>(unsqueeze<-2>(a) - unsqueeze<-3>(b), p);
}

/// How the rows of a bag become one.
enum class Bag : unsigned char { sum, mean, max };

/// The sum, mean or maximum of the rows of `weight` that each row of `indices` names. Source: torch.nn.EmbeddingBag.
/// Shapes: indices [N, K] of whole numbers, weight [count, width] -> [N, width].
template <Bag Mode = Bag::mean, Operand I, Operand W>
requires(spec_of<I>.rank() == 2 && detail::EmbeddingMistake<I, W, no_padding>::message == nullptr)
constexpr auto embedding_bag(const I& indices, const W& weight) {
  auto rows = embedding(indices, weight);
  if constexpr (Mode == Bag::sum) return sum<1>(rows);
  else if constexpr (Mode == Bag::mean) return mean<1>(rows);
  else return max<1>(rows).values;
}
template <Bag Mode = Bag::mean, Operand I, Operand W>
requires(!(spec_of<I>.rank() == 2 && detail::EmbeddingMistake<I, W, no_padding>::message == nullptr))
ShapeError<"embedding_bag: indices are not [N, K] of whole numbers, or the weight not [count, width]", shape_of<I>,
           shape_of<W>>
embedding_bag(const I& indices, const W& weight);

}  // namespace stator
