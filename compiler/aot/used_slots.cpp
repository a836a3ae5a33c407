// A program's functions with the part of its state that they use.
#include "compiler/aot/used_slots.h"

namespace stator::aot {

namespace {

/// Calls `visit(index)` with each reference to a slot, to be read or replaced.
void each_slot(ProgramGraph& program, auto visit) {
  for (Function& function : program.functions) {
    Graph& graph = function.graph;
    for (const Node& node : graph.nodes) {
      if (node.op != "slot") continue;
      for (int i = 0; i < node.attribute_count; ++i) {
        Attribute& attribute = graph.attributes[node.first_attribute + i];
        if (attribute.name == "index") visit(attribute.integers[0]);
      }
    }
    for (Update& update : graph.updates) visit(update.slot);
  }
}

}  // namespace

ProgramGraph keep_used_slots(ProgramGraph program) {
  std::vector<long> place(program.slots.size(), -1);
  each_slot(program, [&](auto& index) { place[index] = 0; });
  std::vector<Slot> used;
  for (size_t i = 0; i < place.size(); ++i) {
    if (place[i] < 0) continue;
    place[i] = std::ssize(used);
    used.push_back(std::move(program.slots[i]));
  }
  each_slot(program, [&](auto& index) { index = static_cast<std::decay_t<decltype(index)>>(place[index]); });
  program.slots = std::move(used);
  return program;
}

}  // namespace stator::aot
