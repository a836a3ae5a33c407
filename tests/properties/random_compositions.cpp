// Graphs made at random: every row of elementwise.def, and what models compose of several ops.
#include <iterator>

#include "compiler/interface/ops/contraction.h"
#include "compiler/interface/ops/indexing.h"
#include "compiler/interface/ops/source.h"
#include "tests/properties/random_graph.h"

namespace stator::tests {

namespace {

/// Between 0.1 and 0.9, where every elementwise op is defined and no derivative is large.
Value tame(const Value& x) { return sigmoid(x) * 0.8 + 0.1; }

using Unary = Value (*)(const Value&);
constexpr Unary unary_rows[]{
#define STATOR_UNARY(NAME, ...) [](const Value& x) { return NAME(x); },
#include "compiler/interface/ops/elementwise.def"
};
using Binary = Value (*)(const Value&, const Value&);
constexpr Binary binary_rows[]{
#define STATOR_BINARY(NAME, ...) [](const Value& a, const Value& b) { return NAME(a, b); },
#include "compiler/interface/ops/elementwise.def"
};
constexpr std::string_view binary_names[]{
#define STATOR_BINARY(NAME, ...) #NAME,
#include "compiler/interface/ops/elementwise.def"
};
/// Whether a row jumps where one operand is a whole multiple of the other.
constexpr bool jumps(std::string_view name) { return name == "fmod" || name == "remainder"; }
constexpr Binary comparison_rows[]{
#define STATOR_COMPARISON(NAME, ...) [](const Value& a, const Value& b) { return NAME(a, b); },
#include "compiler/interface/ops/elementwise.def"
};
constexpr Binary logical_rows[]{
#define STATOR_LOGICAL(NAME, ...) [](const Value& a, const Value& b) { return NAME(a, b); },
#include "compiler/interface/ops/elementwise.def"
};

Value softmax_over(const Value& x, long axis) {
  const Integers axes(axis);
  const Value exponentials = exp(x - apply_rule(rule::Max{axes}, {apply_rule(rule::Detach{}, {x})}));
  return exponentials / apply_rule(rule::Sum{axes}, {exponentials});
}

Value mean_over(const Value& x, const Integers& axes) {
  return apply_rule(rule::Sum{axes}, {x}) / apply_rule(rule::Count{axes}, {x});
}

}  // namespace

RandomGraph::Made RandomGraph::row_of_one(const Value& x) {
  return unary_rows[choice_.below(std::size(unary_rows))](tame(x) * 0.5);  // below 1 / 2: no rounding jumps
}

RandomGraph::Made RandomGraph::row_of_two(const Value& x) {
  const Value other = any(), y = rule::fits(rule::broadcast(x.spec.extents, other.spec.extents)) ? other : neg(x);
  const long row = choice_.below(std::size(binary_rows));
  return binary_rows[row](tame(x), jumps(binary_names[row]) ? tame(y) + 0.85 : tame(y));
}

RandomGraph::Made RandomGraph::compare(const Value& x) {
  auto compared = [&](double threshold) {
    return comparison_rows[choice_.below(std::size(comparison_rows))](x, number(threshold));
  };
  const Value first = compared(0.2), second = compared(-0.3);
  return x * cast(logical_rows[choice_.below(std::size(logical_rows))](first, second), DType::f32);
}

/// `x` between others of its extents, along an axis that is a number.
RandomGraph::Made RandomGraph::join(const Value& x) {
  if (x.spec.rank() == 0) return {};
  const long axis = choice_.below(x.spec.rank());
  if (!x.spec.extents[int(axis)].is_number()) return {};
  return apply_rule(rule::Cat{axis}, {neg(x), x, tanh(x)});
}

/// Rows of `x` by their numbers; those beyond the last are the last, so that it stands several times.
RandomGraph::Made RandomGraph::look_up(const Value& x) {
  if (x.spec.rank() == 0 || !x.spec.extents[0].is_number()) return {};
  const TensorSpec numbers{DType::i64, Extents{0, choice_.between(1, 9)}};
  return apply_rule(rule::Gather{0}, {x, source(&trace_, rule::Iota{0}, numbers)});
}

/// The rows of `x` attend to each other, each to those before it or to all.
RandomGraph::Made RandomGraph::attend(const Value& x) {
  const int rank = x.spec.rank();
  if (rank < 2 || !x.spec.extents[-1].is_number()) return {};
  rule::Permute transposed{all_axes(x.spec)};
  std::swap(transposed.axes.at[rank - 2], transposed.axes.at[rank - 1]);
  Value scores = apply_rule(rule::Matmul{}, {x, apply_rule(transposed, {x})}) * 0.3;
  if (choice_.one_in(2)) {
    const TensorSpec positions{DType::i64, scores.spec.extents};
    const Value seen =
        less_equal(source(&trace_, rule::Iota{rank - 1}, positions), source(&trace_, rule::Iota{rank - 2}, positions));
    const Value hidden = source(&trace_, rule::Constant{-1e30}, scores.spec);
    const int ids[]{seen.id, scores.id, hidden.id};
    scores = {{&trace_, trace_.apply({rule::Where::name, ids, 3, nullptr, 0, scores.spec})}, scores.spec};
  }
  return apply_rule(rule::Matmul{}, {softmax_over(scores, rank - 1), x});
}

/// Layer normalisation over the last axis.
RandomGraph::Made RandomGraph::standardise(const Value& x) {
  if (x.spec.rank() == 0) return {};
  const Integers last(x.spec.rank() - 1L);
  const Value centred = x - mean_over(x, last);
  return centred * rsqrt(mean_over(square(centred), last) + 0.1);
}

}  // namespace stator::tests
