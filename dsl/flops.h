// Counting the work of a model while it compiles.
#pragma once

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

template <class M, TensorLike... In> constexpr long count_flops() {
  ProgramGraph program;
  Function function;
  Trace trace(program, function, false);
  M model{};
  bind(model, trace);
  (void)static_cast<const M&>(model)(Expr<In>{{&trace, trace.input(In::spec)}}...);
  long count = 0;
  for (const Node& node : function.graph.nodes) count += flops_of(function.graph, node);
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
