// Takes what graph_text gives; makes the same program.
#pragma once

#include <string>
#include <string_view>

#include "compiler/interface/graph.h"

namespace stator {

/// The program whose graph_text is `text`; it points into `text`. `where` begins messages: a path.
/// Errors: UserError for the first line that breaks the format; it gives the line.
ProgramGraph read_graph(std::string_view text, const std::string& where);

}  // namespace stator
