// Graphs made from graphs: with gradients, and in f64.
#include "tests/ops/graph_values.h"

#include <optional>

#include "compiler/interface/ops/reduction.h"
#include "dsl/program.h"

namespace stator::tests {

namespace {

Value value_of(Trace& trace, int node) { return {{&trace, node}, trace.spec(node)}; }

std::vector<int> nodes_of_inputs(const Graph& graph) {
  std::vector<int> nodes;
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    if (graph.nodes[i].op == "input") nodes.push_back(static_cast<int>(i));
  return nodes;
}

}  // namespace

WithGradients with_gradients(const ProgramGraph& program) {
  WithGradients made{program, {}, {}};
  Function& function = made.program.functions.at(0);
  const std::vector<int> inputs = nodes_of_inputs(function.graph), results = function.graph.results;
  Trace trace(made.program, function, false);
  std::optional<Value> loss;
  for (size_t i = 0; i < results.size(); ++i) {
    const Value result = value_of(trace, results[i]);
    if (!is_float(result.spec.dtype)) continue;
    const Value cotangent{{&trace, trace.input(result.spec)}, result.spec};
    const Value weighted = total(result * cotangent);
    loss = loss ? *loss + weighted : weighted;
    made.cotangent_of.push_back(static_cast<int>(i));
  }
  if (!loss) return made;
  const std::vector<char> enters = stator::detail::entering(function.graph, loss->id);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Value input = value_of(trace, inputs[i]);
    if (!is_float(input.spec.dtype) || !enters[inputs[i]]) continue;
    trace.result(gradient(*loss, input).id);
    made.gradient_of.push_back(static_cast<int>(i));
  }
  return made;
}

ProgramGraph widened(const ProgramGraph& program) {
  ProgramGraph wide = program;
  auto widen = [](TensorSpec& spec) {
    if (spec.dtype == DType::f32) spec.dtype = DType::f64;
  };
  for (Function& function : wide.functions) {
    for (TensorSpec& input : function.inputs) widen(input);
    for (Node& node : function.graph.nodes) widen(node.spec);
  }
  return wide;
}

}  // namespace stator::tests
