// Programs as files: written by a user's program, read by statorc.
#pragma once

#include <memory>
#include <string>

#include "compiler/interface/graph.h"

namespace stator {

/// A program read from a file. Its graph points into `text`.
struct GraphFile {
  std::shared_ptr<const std::string> text;
  ProgramGraph program;
};

/// Writes a program's graph as text, atomically. Errors: UserError where the file cannot be written.
void save_graph(const ProgramGraph& program, const std::string& path);

/// Errors: UserError where the file cannot be read, is of another version, or breaks the format; it names the line.
GraphFile load_graph(const std::string& path);

}  // namespace stator
