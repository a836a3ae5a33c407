// Copies of nodes, with their operands, slots and inputs numbered anew.
#include "dsl/eager/graph_copy.h"

#include <algorithm>

#include "dsl/eager/view.h"
#include "runtime/text.h"

namespace stator::eager {

TensorSpec GraphCopy::sized(const TensorSpec& spec) const {
  return count_ ? spec_of(spec.dtype, {1, {*count_}}) : spec;
}

int GraphCopy::source(std::string_view op, int index, const TensorSpec& spec) {
  const Attribute attribute = Attribute::of("index", static_cast<long>(index));
  return function_.graph.add({op, nullptr, 0, &attribute, 1, spec});
}

/// The number in the new program of a slot, which is made if it is new.
int GraphCopy::slot(int index) {
  const auto known = std::ranges::find(slots_, index);
  const auto place = known - slots_.begin();
  if (known == slots_.end()) {
    const Slot& slot = from_.slots[static_cast<size_t>(index)];
    slots_.push_back(index);
    if (count_) into_.slots.push_back({Name(concat(into_.slots.size())), sized(slot.spec), Slot::Role::optimizer, {}});
    else into_.slots.push_back(slot);
  }
  return static_cast<int>(first_slot_) + static_cast<int>(place);
}

int GraphCopy::input(int id, const TensorSpec& spec) {
  inputs_.push_back(id);
  function_.inputs.push_back(spec);
  return source("input", static_cast<int>(inputs_.size()) - 1, spec);
}

void GraphCopy::add(int id) {
  const Node& node = graph_.nodes[static_cast<size_t>(id)];
  int& copy = copy_of_[static_cast<size_t>(id)];
  const TensorSpec spec = sized(node.spec);
  const Attribute* attributes = graph_.attributes.data() + node.first_attribute;
  if (node.op == "slot") return void(copy = source("slot", slot(static_cast<int>(attributes->integers[0])), spec));
  if (node.op == "input") return void(copy = input(id, spec));
  std::vector<int> operands;
  for (int i = 0; i < node.operand_count; ++i) operands.push_back(copy_of(graph_.operand(node, i)));
  copy = function_.graph.add({node.op, operands.data(), node.operand_count, attributes, node.attribute_count, spec});
}

void GraphCopy::add_tensor(int tensor, int id) {
  add(tensor);
  copy_of_[static_cast<size_t>(id)] = copy_of(tensor);
}

void GraphCopy::add_repeated(int scalar, int id) {
  const DType dtype = graph_.nodes[static_cast<size_t>(scalar)].spec.dtype;
  const int element = input(scalar, {dtype, {}});
  const int one = function_.graph.add({"reshape", &element, 1, nullptr, 0, spec_of(dtype, {1, {1}})});
  copy_of_[static_cast<size_t>(id)] = function_.graph.add({"broadcast", &one, 1, nullptr, 0, sized({dtype, {}})});
}

void GraphCopy::add_reduced(int id, std::string_view join) {
  const Node& node = graph_.nodes[static_cast<size_t>(id)];
  const TensorSpec scalar{node.spec.dtype, {}};
  const auto place = static_cast<int>(into_.slots.size());
  into_.slots.push_back({Name(concat(place)), scalar, Slot::Role::buffer, {}});
  const long first = 0;
  const Attribute axes = Attribute::of("axes", &first, 1);
  const int operand = copy_of(graph_.operand(node, 0));
  const int one = function_.graph.add({node.op, &operand, 1, &axes, 1, spec_of(scalar.dtype, {1, {1}})});
  const int piece = function_.graph.add({"reshape", &one, 1, nullptr, 0, scalar});
  const int both[]{source("slot", place, scalar), piece};
  function_.graph.updates.push_back({place, function_.graph.add({join, both, 2, nullptr, 0, scalar})});
}

void GraphCopy::update(const Update& update) {
  const int place = slot(update.slot);
  function_.graph.updates.push_back({place, copy_of(update.value)});
}

void GraphCopy::finish(std::string_view name) {
  function_.name = Name(name);
  if (!count_) function_.arguments = from_.functions.front().arguments;
  if (!count_) function_.defaults = from_.functions.front().defaults;
  into_.functions.push_back(std::move(function_));
}

}  // namespace stator::eager
