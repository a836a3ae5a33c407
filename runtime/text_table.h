// Tables for people, in columns of one width each.
#pragma once

#include <string>
#include <vector>

namespace stator {

/// Lines of equally many cells: the first `texts` columns stand to the left, numbers behind them to the right. Each
/// line ends with a line's end.
std::string text_table(const std::vector<std::vector<std::string>>& lines, size_t texts);

}  // namespace stator
