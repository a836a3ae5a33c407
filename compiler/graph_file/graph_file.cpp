// A graph file: the version, then the graph's text.
#include "compiler/interface/graph_file.h"

#include <array>

#include "compiler/graph_file/graph_text.h"
#include "compiler/graph_file/read_graph.h"
#include "runtime/atomic_file.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {

/// The first line of a file. The number counts changes of the format that older readers do not understand.
constexpr std::string_view first_line = "stator graph 1\n";

void save_graph(const ProgramGraph& program, const std::string& path) {
  const std::string text = graph_text(program);
  write_file_atomically(path, std::array<std::string_view, 2>{first_line, text});
}

GraphFile load_graph(const std::string& path) {
  auto text = std::make_shared<const std::string>(read_file(path));
  if (!text->starts_with(first_line))
    throw UserError(concat(path, ": its first line is not '", first_line.substr(0, first_line.size() - 1), "'"));
  return {text, read_graph(std::string_view(*text).substr(first_line.size()), path)};
}

}  // namespace stator
