// A number that tells programs apart: traces made at another time, or by another compiler, must have the same.
#pragma once

#include "compiler/interface/graph.h"

/// FNV-1a over what a value is: its op, spec and attributes, and the hashes of its operands. Numbering does not enter:
/// C++ leaves open which operand of `f(x) + g(x)` is evaluated, and so recorded, first.
class Fnv1a {
 public:
  constexpr void add(std::string_view text) {
    for (char c : text) add_byte(static_cast<unsigned char>(c));
    add_byte(0);
  }
  constexpr void add(unsigned long number) {
    for (int shift = 0; shift < 64; shift += 8) add_byte(static_cast<unsigned char>(number >> shift));
  }
  constexpr void add(const stator::TensorSpec& spec) {
    add(static_cast<unsigned long>(spec.dtype));
    add(static_cast<unsigned long>(spec.classes));
    for (int i = 0; i < spec.rank(); ++i) {
      add(static_cast<unsigned long>(spec.extents[i].number));
      for (stator::Symbol symbol : spec.extents[i].symbols) add(static_cast<unsigned long>(symbol));
    }
  }
  constexpr void add(const stator::Attribute& attribute) {
    add(attribute.name);
    add(attribute.text);
    int count = attribute.kind == stator::Attribute::Kind::integers ? attribute.count : 1;
    for (int i = 0; i < count; ++i) add(static_cast<unsigned long>(attribute.integers[i]));
    add(static_cast<unsigned long>(static_cast<long>(attribute.number * 1e9)));
  }
  constexpr unsigned long value() const { return hash_; }

 private:
  constexpr void add_byte(unsigned char byte) { hash_ = (hash_ ^ byte) * 1099511628211ul; }
  unsigned long hash_ = 14695981039346656037ul;
};

/// Adds a function's results and updates, in their order.
constexpr void add_graph(Fnv1a& hash, const stator::Graph& graph) {
  std::vector<unsigned long> nodes;
  for (const stator::Node& node : graph.nodes) {
    Fnv1a value;
    value.add(node.op);
    value.add(node.spec);
    for (int i = 0; i < node.operand_count; ++i) value.add(nodes[graph.operand(node, i)]);
    for (int i = 0; i < node.attribute_count; ++i) value.add(graph.attributes[node.first_attribute + i]);
    nodes.push_back(value.value());
  }
  hash.add(nodes.size());
  for (int result : graph.results) hash.add(nodes[result]);
  for (const stator::Update& update : graph.updates) {
    hash.add(static_cast<unsigned long>(update.slot));
    hash.add(nodes[update.value]);
  }
}

/// The hash of a whole program.
constexpr unsigned long graph_hash(const stator::ProgramGraph& program) {
  Fnv1a hash;
  for (const stator::Slot& slot : program.slots) {
    hash.add(slot.name.view());
    hash.add(slot.spec);
    hash.add(static_cast<unsigned long>(slot.role));
  }
  for (const stator::Function& function : program.functions) {
    hash.add(function.name.view());
    add_graph(hash, function.graph);
  }
  return hash.value();
}
