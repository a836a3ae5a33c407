// From each gather back to the input that its indices come from.
#include "compiler/pipeline/indexed_rows.h"

#include <algorithm>

namespace stator {

/// The node behind ops that move elements and change none.
static const Node& moved_from(const Graph& graph, const Node& node) {
  constexpr std::string_view movements[]{"reshape", "broadcast", "permute", "slice", "flip", "detach"};
  const bool moves = std::find(std::begin(movements), std::end(movements), node.op) != std::end(movements);
  return moves ? moved_from(graph, graph.nodes[graph.operand(node, 0)]) : node;
}

std::vector<long> indexed_rows(const Function& function) {
  const Graph& graph = function.graph;
  std::vector<long> rows(function.inputs.size(), 0);
  for (const Node& node : graph.nodes) {
    if (node.op != "gather") continue;
    const Node& source = moved_from(graph, graph.nodes[graph.operand(node, 1)]);
    if (source.op != "input") continue;
    const TensorSpec& table = graph.nodes[graph.operand(node, 0)].spec;
    const long extent = table.extents[static_cast<int>(graph.attribute(node, "axis")->integers[0])].number;
    long& known = rows[graph.attribute(source, "index")->integers[0]];
    known = known == 0 ? extent : std::min(known, extent);
  }
  return rows;
}

}  // namespace stator
