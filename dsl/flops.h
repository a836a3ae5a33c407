// Counting the work of a model while it compiles.
#pragma once

#include "compiler/interface/ops/scan.h"
#include "dsl/model.h"

namespace stator {

namespace detail {
constexpr long elements(const TensorSpec& spec) {
  long count = 1;
  for (int i = 0; i < spec.rank(); ++i) count *= spec.extents[i].number;
  return count;
}

/// Of one node: two for each multiplication with its addition in products and convolutions, nothing for other ops.
constexpr long flops_of(const Graph& graph, const Node& node) {
  if (node.op == "matmul") return 2 * elements(node.spec) * graph.nodes[graph.operand(node, 0)].spec.extents[-1].number;
  bool transposed = node.op == "conv2d_input_grad";  // each element of the operand meets the kernel
  if (node.op != "conv2d" && !transposed) return 0;
  const Extents& weight = graph.nodes[graph.operand(node, 1)].spec.extents;
  const TensorSpec& windows = transposed ? graph.nodes[graph.operand(node, 0)].spec : node.spec;
  return 2 * elements(windows) * weight[1].number * weight[2].number * weight[3].number;
}

/// How often each node is carried out: those of a loop's step, which stand before the loop's node, as often as it runs.
constexpr std::vector<long> repetitions(const Graph& graph) {
  std::vector<long> times(graph.nodes.size(), 1);
  for (std::size_t loop = 0; loop < graph.nodes.size(); ++loop) {
    const Node& node = graph.nodes[loop];
    if (node.op != rule::Scan::name) continue;
    const int states = static_cast<int>(graph.attribute(node, "states")->integers[0]);
    const int sequences = static_cast<int>(graph.attribute(node, "sequences")->integers[0]);
    const long steps = graph.nodes[graph.operand(node, states)].spec.extents[0].number;
    for (int i = graph.operand(node, states + sequences); i < static_cast<int>(loop); ++i) times[i] *= steps;
  }
  return times;
}

template <class M, TensorLike... In> constexpr long count_flops() {
  ProgramGraph program;
  Function function;
  Trace trace(program, function, false);
  M model{};
  bind(model, trace);
  (void)static_cast<const M&>(model)(Expr<In>{{&trace, trace.input(In::spec)}}...);
  long count = 0;
  const std::vector<long> times = repetitions(function.graph);
  for (std::size_t i = 0; i < times.size(); ++i) count += times[i] * flops_of(function.graph, function.graph.nodes[i]);
  return count;
}
}  // namespace detail

/// The floating-point operations of one pass of model `M` over inputs of these types, every symbol counted as 1: for
/// one row of a batch. Source: torch.utils.flop_counter, which counts products and convolutions alone, two for each
/// multiplication.
///
///     static_assert(st::flops<ConvNet, Image> <= 7'000'000);
template <class M, TensorLike... In> inline constexpr long flops = detail::count_flops<M, In...>();

}  // namespace stator
