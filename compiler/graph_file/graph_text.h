// A program's graph as text: one line for each slot and node. Equal texts are equal programs, so it keys the cache.
#pragma once

#include <string>

#include "compiler/interface/graph.h"

namespace stator {

/// `%14 = add(%11, %13) : f32 [batch, 16, 26, 26]`, and so on, for all functions.
std::string graph_text(const ProgramGraph& program);

/// `[batch, 784]`.
std::string extents_text(const Extents& extents);

}  // namespace stator
