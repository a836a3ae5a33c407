// The precompiled family: which programs eager finds compiled already.
#pragma once

#include <vector>

#include "compiler/interface/graph.h"
#include "dsl/eager/op_key.h"

namespace stator::eager {

struct FamilyMember {
  Words key;
  ProgramGraph program;
};

/// The flat programs of every elementwise op, forward and for every choice of wanted cotangents, with every choice of
/// operands that are one element for all; of f32, f64 and i64, logic of bool, and casts among these and i32 and u8.
/// Then what gradients and reductions are put together with. An op falls in by its row in elementwise.def.
std::vector<FamilyMember> family_members();

}  // namespace stator::eager
