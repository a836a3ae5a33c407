// Names spread from slots through the graph, in the order of its nodes.
#include "compiler/import/layer_names.h"

namespace stator::ir {
namespace {

/// The layer of a slot by its name; `optimizer.exp_avg.fc1.weight` is fc1's, the counter of steps is nobody's.
std::string layerOf(const Slot& slot) {
  std::string_view path = slot.name;
  if (slot.role == Slot::Role::optimizer) {
    const size_t key = path.find('.', path.find('.') + 1);
    path = key == std::string_view::npos ? std::string_view() : path.substr(key + 1);
  }
  const size_t point = path.rfind('.');
  if (point != std::string_view::npos) return std::string(path.substr(0, point));
  return slot.role == Slot::Role::parameter ? std::string(path) : std::string();
}

bool hasOneElement(const TensorSpec& spec) {
  for (int axis = 0; axis < spec.rank(); ++axis)
    if (spec.extents[axis] != Extent(1)) return false;
  return true;
}

/// What is known of a node.
struct Origin {
  std::string layer;
  bool fromData = false;  ///< an input enters it
  bool isSingle = false;  ///< one number, or copies of it
};

/// Gradients are data: an input enters the loss.
Origin originOf(const Graph& graph, const Node& node, const std::vector<Origin>& known) {
  Origin made{"", node.op == "input", hasOneElement(node.spec)};
  const Origin* newest = nullptr;
  std::pair<bool, int> best;  // whether it is a tensor, then how new it is
  for (int i = 0; i < node.operand_count; ++i) {
    const int number = graph.operand(node, i);
    const Origin& operand = known[number];
    made.fromData = made.fromData || operand.fromData;
    if (operand.layer.empty()) continue;
    if (!operand.fromData) made.layer = operand.layer;
    const std::pair<bool, int> rank{!operand.isSingle, number};
    if (!newest || best < rank) newest = &operand, best = rank;
  }
  if (made.layer.empty() && newest) made.layer = newest->layer;
  const bool moves = node.op == "reshape" || node.op == "broadcast";
  if (moves && known[graph.operand(node, 0)].isSingle) made.isSingle = true;
  return made;
}

}  // namespace

std::vector<std::string> layerNames(const ProgramGraph& program, const Function& function) {
  std::vector<Origin> origins;
  for (const Node& node : function.graph.nodes) {
    origins.push_back(originOf(function.graph, node, origins));
    if (node.op == "slot")
      origins.back().layer = layerOf(program.slots[function.graph.attribute(node, "index")->integers[0]]);
  }
  std::vector<std::string> names;
  for (Origin& origin : origins) names.push_back(std::move(origin.layer));
  return names;
}

}  // namespace stator::ir
