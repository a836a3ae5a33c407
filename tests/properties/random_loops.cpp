// Graphs made at random: loops whose step carries a state, reads from outside, and stacks what it computes.
#include "compiler/interface/ops/contraction.h"
#include "dsl/ops/scan.h"
#include "tests/properties/random_graph.h"

namespace stator::tests {

/// A new state from the state, the element and perhaps a value from outside: of the state's type, and below 1 in size.
Value RandomGraph::next_state(const Value& state, const Value& element, const Value& outside) {
  Value next = state * 0.5 + element;
  const Extents& extents = state.spec.extents;
  if (rule::broadcast(extents, outside.spec.extents) == extents) next = next * tanh(outside) + outside * 0.3;
  if (state.spec.rank() > 0 && choice_.one_in(2)) {
    const Integers last(state.spec.rank() - 1L);
    next = next - apply_rule(rule::Sum{last}, {next}) / apply_rule(rule::Count{last}, {next});
  }
  if (state.spec.rank() > 1 && choice_.one_in(2)) {
    rule::Permute transposed{all_axes(state.spec)};
    std::swap(transposed.axes.at[state.spec.rank() - 2], transposed.axes.at[state.spec.rank() - 1]);
    next = apply_rule(rule::Matmul{}, {apply_rule(rule::Matmul{}, {next, apply_rule(transposed, {element})}), next});
  }
  return choice_.one_in(2) ? tanh(next) : sigmoid(next) - 0.5;
}

/// Two states along the first axis of `x`, forward or reversed: what is stacked of it, or the last of the first state.
RandomGraph::Made RandomGraph::loop(const Value& x) {
  if (x.spec.rank() == 0) return {};
  const TensorSpec of_step = rule::Scan::element_of(x.spec);
  if (of_step.rank() > 0 && !of_step.extents[-1].is_number()) return {};
  const Value outside = any(), first = source(&trace_, rule::Constant{0.25}, of_step);
  const Integers steps(0L);
  const Value second = apply_rule(rule::Reshape{of_step.extents}, {apply_rule(rule::Max{steps}, {tanh(x)})});

  int operands[9]{first.id, second.id, x.id};  // initial states and sequence, what a step is given, what it gives
  const TensorSpec opened[]{of_step, of_step, of_step};
  stator::detail::open_scan(&trace_, rule::Scan::state, operands, opened, 2, operands + 3);
  stator::detail::open_scan(&trace_, rule::Scan::element, operands + 2, opened, 1, operands + 5);
  const Value a{{&trace_, operands[3]}, of_step}, b{{&trace_, operands[4]}, of_step};
  const Value element{{&trace_, operands[5]}, of_step};
  const Value next = next_state(a, element, outside), other = choice_.one_in(2) ? a : next * b;
  const Value given[]{next, other, choice_.one_in(2) ? a * element : next};
  for (int i = 0; i < 3; ++i) operands[6 + i] = given[i].id;

  const TensorSpec stacked = rule::Scan::stack_of(of_step, x.spec.extents[0]);
  const TensorSpec results[]{of_step, of_step, stacked};
  int ids[3]{};
  stator::detail::close_scan(&trace_, {2, 1, choice_.below(2)}, operands, 9, results, 3, ids);
  const int which = static_cast<int>(choice_.below(3));
  return Value{{&trace_, ids[which]}, results[which]};
}

}  // namespace stator::tests
