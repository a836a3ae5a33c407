// A program's functions with the part of its state that they use.
#pragma once

#include "compiler/interface/graph.h"

namespace stator::aot {

/// The same functions over only those slots that one of them reads or updates, in their order: `predict` alone needs no
/// optimizer's state.
ProgramGraph keep_used_slots(ProgramGraph program);

}  // namespace stator::aot
