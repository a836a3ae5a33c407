// A program's graph as text: one line for each slot and node. Equal texts are equal programs, so it keys the cache, and
// read_graph.cpp makes the program of it again.
#include "compiler/graph_file/graph_text.h"

#include <sstream>

#include "runtime/text.h"

namespace stator {

namespace {

std::string extent_text(const Extent& extent) {
  std::string text = extent.is_number() || extent.number != 1 ? std::to_string(extent.number) : "";
  for (Symbol s : extent.symbols)
    if (s != symbol::none) text.append(text.empty() ? "" : "*").append(symbol::name_of(s));
  return text;
}

void write_spec(std::ostream& out, const TensorSpec& spec) {
  out << name_of(spec.dtype) << ' ' << extents_text(spec.extents);
  if (spec.classes) out << " classes " << spec.classes;
}

void write_attribute(std::ostream& out, const Attribute& attribute) {
  out << ' ' << attribute.name << '=';
  switch (attribute.kind) {
    case Attribute::Kind::integer:
      out << attribute.integers[0];
      break;
    case Attribute::Kind::number:
      out << std::hexfloat << attribute.number << std::defaultfloat;
      break;
    case Attribute::Kind::text:
      out << '"' << attribute.text << '"';
      break;
    case Attribute::Kind::integers:
      out << bracketed(std::vector<long>(attribute.integers, attribute.integers + attribute.count));
  }
}

void write_slot(std::ostream& out, const Slot& slot) {
  out << "slot " << slot.name << " : ";
  write_spec(out, slot.spec);
  out << ' ' << role_names[static_cast<int>(slot.role)] << ' ' << init_names[static_cast<int>(slot.init.kind)]
      << std::hexfloat << ' ' << slot.init.a << ' ' << slot.init.b << std::defaultfloat << ' ' << slot.init.zero_row
      << '\n';
}

void write_node(std::ostream& out, const Graph& graph, size_t index) {
  const Node& node = graph.nodes[index];
  out << "  %" << index << " = " << node.op << '(';
  for (int i = 0; i < node.operand_count; ++i) out << (i ? ", %" : "%") << graph.operand(node, i);
  out << ')';
  for (int i = 0; i < node.attribute_count; ++i) write_attribute(out, graph.attributes[node.first_attribute + i]);
  out << " : ";
  write_spec(out, node.spec);
  out << '\n';
}

void write_function(std::ostream& out, const Function& function) {
  out << "function " << function.name << '\n';
  for (size_t i = 0; i < function.inputs.size(); ++i) {
    out << "  input " << i << " : ";
    write_spec(out, function.inputs[i]);
    out << '\n';
  }
  for (size_t i = 0; i < function.arguments.size(); ++i)
    out << "  argument " << function.arguments[i] << " = " << std::hexfloat << function.defaults[i] << std::defaultfloat
        << '\n';
  for (size_t i = 0; i < function.graph.nodes.size(); ++i) write_node(out, function.graph, i);
  for (const Checkpoint& block : function.graph.checkpoints)
    out << "  checkpoint %" << block.first << " to %" << block.last << '\n';
  for (int result : function.graph.results) out << "  result %" << result << '\n';
  for (const Update& update : function.graph.updates)
    out << "  update slot " << update.slot << " = %" << update.value << '\n';
}

}  // namespace

std::string extents_text(const Extents& extents) {
  std::vector<std::string> texts;
  for (int i = 0; i < extents.rank; ++i) texts.push_back(extent_text(extents.at[i]));
  return bracketed(texts);
}

std::string graph_text(const ProgramGraph& program) {
  std::ostringstream out;
  for (const Slot& slot : program.slots) write_slot(out, slot);
  for (const Function& function : program.functions) write_function(out, function);
  return out.str();
}

}  // namespace stator
