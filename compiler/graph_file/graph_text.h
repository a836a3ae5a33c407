// A program's graph as text: one line for each slot and node. Equal texts are equal programs, so it keys the cache.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "compiler/interface/graph.h"

namespace stator {

/// What a slot's role and its starting value are called, in the order of Slot::Role and Init::Kind.
inline constexpr std::array<std::string_view, 3> role_names{"parameter", "buffer", "optimizer"};
inline constexpr std::array<std::string_view, 3> init_names{"constant", "uniform", "normal"};

/// `%14 = add(%11, %13) : f32 [batch, 16, 26, 26]`, and so on, for all functions.
std::string graph_text(const ProgramGraph& program);

/// `[batch, 784]`.
std::string extents_text(const Extents& extents);

}  // namespace stator
