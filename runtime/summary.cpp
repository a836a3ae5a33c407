// The summary of a program as a table.
#include "runtime/summary.h"

#include "runtime/text.h"
#include "runtime/text_table.h"

namespace stator {
namespace {

using Line = std::vector<std::string>;

std::string extent_text(const Extent& extent) {
  std::string product = extent.number == 1 && !extent.is_number() ? "" : std::to_string(extent.number);
  for (Symbol s : extent.symbols)
    if (s != symbol::none) product = concat(product, product.empty() ? "" : "*", symbol::name_of(s));
  return product;
}

std::string shape_text(const TensorSpec& spec) {
  std::vector<std::string> extents;
  for (int i = 0; i < spec.rank(); ++i) extents.push_back(extent_text(spec.extents[i]));
  return bracketed(extents);
}

/// 300426 as `300,426`.
std::string grouped(long number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<long>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<size_t>(at), 1, ',');
  return digits;
}

int depth_of(const FunctionSummary& function, const LayerSummary& layer) {
  return layer.parent < 0 ? 0 : 1 + depth_of(function, function.layers[static_cast<size_t>(layer.parent)]);
}

Line line_of(const FunctionSummary& function, const LayerSummary& layer) {
  const std::string_view path = layer.path, name = path.substr(path.rfind('.') + 1);
  const std::string indent(2 * static_cast<size_t>(depth_of(function, layer)), ' ');
  const std::string title = path.empty() ? layer.type.str() : concat(name, " (", layer.type, ")");
  if (!layer.used) return {indent + title, "not used", grouped(layer.parameters), "-"};
  return {indent + title, shape_text(layer.output), grouped(layer.parameters), grouped(layer.flops)};
}

}  // namespace

std::string to_text(const Summary& summary) {
  std::string text;
  for (const FunctionSummary& function : summary.functions) {
    std::vector<Line> lines{{"Layer (type)", "Output shape", "Parameters", "FLOPs"}};
    for (const LayerSummary& layer : function.layers) lines.push_back(line_of(function, layer));
    text += concat(text.empty() ? "" : "\n", function.name, "\n", text_table(lines, 2));
  }
  return text;
}

}  // namespace stator
