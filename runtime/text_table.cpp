// Columns as wide as their widest cell.
#include "runtime/text_table.h"

#include <algorithm>

namespace stator {

std::string text_table(const std::vector<std::vector<std::string>>& lines, size_t texts) {
  std::vector<size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string space(widths[i] - line[i].size(), ' ');
      text += (i == 0 ? "" : "  ") + (i < texts ? line[i] + space : space + line[i]);
    }
    text += "\n";
  }
  return text;
}

}  // namespace stator
