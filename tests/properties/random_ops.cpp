// Graphs made at random: one op, or a few, on a value that is there already.
#include "compiler/interface/ops/contraction.h"
#include "compiler/interface/ops/convolution.h"
#include "compiler/interface/ops/pooling.h"
#include "compiler/interface/ops/source.h"
#include "tests/properties/random_graph.h"

namespace stator::tests {

/// Products of symbols are extents inside a graph, not of what crosses its boundary.
bool may_cross(const TensorSpec& spec) {
  for (int i = 0; i < spec.rank(); ++i)
    if (!spec.extents[i].is_number() && spec.extents[i] != Extent(symbol::batch)) return false;
  return true;
}

Value RandomGraph::unary(const Value& x) {
  const Value positive = abs(x) + 0.5;
  switch (choice_.below(12)) {
    case 0:
      return neg(x);
    case 1:
      return abs(x);
    case 2:
      return sign(x) * x;
    case 3:
      return square(tanh(x));
    case 4:
      return exp(tanh(x));
    case 5:
      return log(positive);
    case 6:
      return sqrt(positive);
    case 7:
      return rsqrt(positive);
    case 8:
      return reciprocal(positive);
    case 9:
      return tanh(x);
    case 10:
      return sigmoid(x);
    default:
      return relu(x);
  }
}

Value RandomGraph::binary(const Value& a, const Value& b) {
  switch (choice_.below(8)) {
    case 0:
      return add(a, b);
    case 1:
      return sub(a, b);
    case 2:
      return tanh(mul(a, b));
    case 3:
      return div(a, abs(b) + 0.5);
    case 4:
      return maximum(a, b);
    case 5:
      return minimum(a, b);
    case 6:
      return pow(sigmoid(a) + 0.5, tanh(b));
    default:
      return a + b * 0.5;
  }
}

/// `x` with another value that broadcasts with it: one that is there, or a new input of some of its axes.
RandomGraph::Made RandomGraph::combine(const Value& x) {
  for (int tries = 0; tries < 5; ++tries)
    if (Value other = any(); rule::fits(rule::broadcast(x.spec.extents, other.spec.extents)))
      return choice_.one_in(2) ? binary(x, other) : binary(other, x);
  TensorSpec spec{DType::f32, {}};
  for (int i = static_cast<int>(choice_.below(x.spec.rank() + 1)); i < x.spec.rank(); ++i)
    spec.extents.push(choice_.one_in(3) ? Extent(1) : x.spec.extents[i]);
  if (!may_cross(spec)) return {};
  return binary(x, add_input(spec));
}

RandomGraph::Made RandomGraph::select(const Value& x) {
  const Value threshold = number(0.1);
  Value condition = choice_.one_in(2) ? less(x, threshold) : greater_equal(x, threshold);
  if (choice_.one_in(3)) condition = logical_or(condition, equal(x, number(0)));
  const Value other = neg(x) * 0.5;
  const int ids[]{condition.id, x.id, other.id};
  return Value{{&trace_, trace_.apply({rule::Where::name, ids, 3, nullptr, 0, x.spec})}, x.spec};
}

RandomGraph::Made RandomGraph::permute(const Value& x) {
  if (x.spec.rank() < 2) return {};
  rule::Permute rule{all_axes(x.spec)};
  for (int i = x.spec.rank() - 1; i > 0; --i) std::swap(rule.axes.at[i], rule.axes.at[choice_.below(i + 1)]);
  return apply_rule(rule, {x});
}

/// Two neighbouring axes merged, or an axis of 1 put in or taken out.
RandomGraph::Made RandomGraph::reshape(const Value& x) {
  rule::Reshape rule;
  const int at = static_cast<int>(choice_.below(x.spec.rank() + 1));
  const bool merge = choice_.one_in(2);
  for (int i = 0; i < x.spec.rank(); ++i) {
    if (i == at && !merge && x.spec.rank() < 5) rule.to.push(Extent(1));
    if (i == at && i > 0 && merge) rule.to[-1] = rule.to[-1] * x.spec.extents[i];
    else rule.to.push(x.spec.extents[i]);
  }
  return apply_rule(rule, {x});
}

RandomGraph::Made RandomGraph::slice(const Value& x) {
  rule::Slice rule;
  for (int i = 0; i < x.spec.rank(); ++i) {
    const Extent& extent = x.spec.extents[i];
    const bool part = extent.is_number() && choice_.one_in(2);
    const long start = part ? choice_.below(extent.number) : 0;
    rule.start.push(start);
    rule.stop.push(part ? choice_.between(start + 1, extent.number) : -1);
    rule.step.push(part ? choice_.between(1, 3) : 1);
  }
  return apply_rule(rule, {x});
}

RandomGraph::Made RandomGraph::pad(const Value& x) {
  rule::Pad rule;
  rule.value = choice_.one_in(2) ? 0 : 0.5;
  for (int i = 0; i < x.spec.rank(); ++i) {
    const bool part = x.spec.extents[i].is_number() && choice_.one_in(2);
    rule.low.push(part ? choice_.below(3) : 0);
    rule.high.push(part ? choice_.below(3) : 0);
    rule.interior.push(part && choice_.one_in(3) ? 1 : 0);
  }
  return apply_rule(rule, {x});
}

RandomGraph::Made RandomGraph::flip(const Value& x) { return apply_rule(rule::Flip{some_axes(x.spec, true)}, {x}); }

RandomGraph::Made RandomGraph::stretch(const Value& x) {
  TensorSpec to = x.spec;
  for (int i = 0; i < to.rank(); ++i)
    if (to.extents[i] == Extent(1)) to.extents[i] = Extent(choice_.between(1, 9));
  if (to == x.spec) return {};
  return Value{{&trace_, trace_.apply({rule::Broadcast::name, &x.id, 1, nullptr, 0, to})}, to};
}

RandomGraph::Made RandomGraph::reduce(const Value& x) {
  const Integers axes = some_axes(x.spec, false);
  if (axes.count == 0) return {};
  const Value mean = apply_rule(rule::Sum{axes}, {x}) / apply_rule(rule::Count{axes}, {x});
  const Value reduced = choice_.one_in(2) ? mean : apply_rule(rule::Max{axes}, {x});
  if (choice_.one_in(2)) return x - reduced;
  rule::Reshape rest;
  for (int i = 0; i < x.spec.rank(); ++i)
    if (!axes.contains(i)) rest.to.push(x.spec.extents[i]);
  return apply_rule(rest, {reduced});
}

RandomGraph::Made RandomGraph::index_of_greatest(const Value& x) {
  if (x.spec.rank() == 0) return {};
  const long axis = choice_.below(x.spec.rank());
  return x * 0.5 + cast(apply_rule(rule::Argmax{axis}, {x}), DType::f32) * 0.01;
}

/// Softmax along one axis.
RandomGraph::Made RandomGraph::normalise(const Value& x) {
  if (x.spec.rank() == 0) return {};
  const Integers axis(choice_.below(x.spec.rank()));
  const Value exponentials = exp(x - apply_rule(rule::Max{axis}, {apply_rule(rule::Detach{}, {x})}));
  const Value sum = apply_rule(rule::Sum{axis}, {exponentials});
  return choice_.one_in(2) ? exponentials / sum : log(exponentials + 0.1) - log(sum);
}

/// A matrix product with a new input: one matrix for two axes, or one for each leading index.
RandomGraph::Made RandomGraph::multiply(const Value& x) {
  const int rank = x.spec.rank();
  if (rank < 2 || !x.spec.extents[-1].is_number() || !may_cross(x.spec)) return {};
  TensorSpec other = x.spec;
  other.extents[-2] = x.spec.extents[-1];
  other.extents[-1] = Extent(choice_.between(1, 18));
  return apply_rule(rule::Matmul{}, {x, add_input(other)}) * (1.0 / static_cast<double>(x.spec.extents[-1].number));
}

/// The product of a matrix, transposed, with one of as many rows: a contraction over a symbol where rows have one.
RandomGraph::Made RandomGraph::multiply_over_rows(const Value& x) {
  if (x.spec.rank() != 2 || !may_cross(x.spec)) return {};
  const TensorSpec other{DType::f32, Extents{0, x.spec.extents[0], Extent(choice_.between(1, 9))}};
  const Value product = apply_rule(rule::Matmul{}, {apply_rule(rule::Permute{Integers(1, 0)}, {x}), add_input(other)});
  return product * 0.1;
}

RandomGraph::Made RandomGraph::convolve(const Value& x) {
  const Extents& e = x.spec.extents;
  if (e.rank != 4 || !e[1].is_number() || !e[2].is_number() || !e[3].is_number()) return {};
  rule::Conv2d rule;
  const long groups = e[1].number % 2 == 0 && choice_.one_in(3) ? 2 : 1;
  rule.groups = groups;
  rule.stride = Integers(choice_.between(1, 2), choice_.between(1, 2));
  rule.dilation = Integers(choice_.between(1, 2), 1);
  rule.padding = Integers(choice_.below(2), choice_.below(3), choice_.below(2), choice_.below(2));
  const long inputs = e[1].number / groups, outputs = groups * choice_.between(1, 5);
  const TensorSpec weight{DType::f32, Extents{0, outputs, inputs, choice_.between(1, 3), choice_.between(1, 3)}};
  const TensorSpec both[]{x.spec, weight};
  if (!rule.infer(Specs{both, 2}).ok()) return {};
  return apply_rule(rule, {x, add_input(weight)}) * (0.3 / static_cast<double>(inputs));
}

RandomGraph::Made RandomGraph::pool(const Value& x) {
  rule::Window2d window;
  window.kernel = Integers(choice_.between(1, 3), choice_.between(1, 3));
  window.stride = Integers(choice_.between(1, 3), choice_.between(1, 3));
  window.dilation = Integers(choice_.between(1, 2), choice_.between(1, 2));
  for (int i = 0; i < 4; ++i) window.padding.at[i] = choice_.below(window.kernel[i / 2] / 2 + 1);
  const bool greatest = choice_.one_in(2);
  if (x.spec.rank() != 4 || !rule::MaxPool2d{window}.infer(Specs{&x.spec, 1}).ok()) return {};
  if (greatest) return apply_rule(rule::MaxPool2d{window}, {x});
  return apply_rule(rule::AvgPool2d{window, choice_.between(1, 9)}, {x});
}

/// Draws go by the row-major index, which unused rows change unless they come last: so rows are the first axis here.
RandomGraph::Made RandomGraph::drop(const Value& x) {
  for (int i = 1; i < x.spec.rank(); ++i)
    if (!x.spec.extents[i].is_number()) return {};
  const long site = choice_.between(1, 1000);
  const Context::Draw draw = trace_.draw(site);
  const int ids[]{draw.seed, draw.step};
  stator::detail::AttributeWriter attributes;
  const rule::RandomUniform rule{site, draw.occurrence};
  rule::RandomUniform::attributes(rule, attributes);
  const Value uniform{{&trace_, trace_.apply({rule.name, ids, 2, attributes.attributes, attributes.count, x.spec})},
                      x.spec};
  return x * cast(greater_equal(uniform, 0.25), DType::f32);
}

}  // namespace stator::tests
