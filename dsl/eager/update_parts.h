// An update of parameters in parts: flat code for what works on each element by itself, which no shape is part of, and
// a program of scalars and norms.
#pragma once

#include <vector>

#include "compiler/interface/graph.h"

namespace stator::eager {

/// What flat code reads beside its slots: a tensor, or one element for all.
struct FlatInput {
  bool is_scalar;
  int index;  ///< of an input of the whole update; of a scalar: among those that the rest gives
};

/// The update of one parameter and of what its rule keeps for it.
struct FlatUpdate {
  /// A function for each of `flat_pieces`, in their order, with slots of its own: as many as `slots`. Parameters with
  /// one rule have equal programs, whatever their extents.
  ProgramGraph program;
  std::vector<int> slots;  ///< slots of the whole update
  std::vector<FlatInput> inputs;
  int64_t count = 0;  ///< elements
};

/// A program of some of the update's slots and inputs.
struct UpdateRest {
  /// Results are those of the whole update, then scalars for the flat parts.
  ProgramGraph program;
  std::vector<int> slots, inputs;  ///< of the whole update
  int scalars = 0;
};

struct UpdateParts {
  UpdateRest rest;
  std::vector<FlatUpdate> flat;
};

/// Takes a program of one function without symbols. An update of a slot is flat where its elements, in the order that
/// they are stored in, come by elementwise ops from those of slots and inputs of the same extents, and from scalars.
/// Where one of a tensor is not, all are left to the rest. The rest runs first.
UpdateParts in_parts(const ProgramGraph& update);

}  // namespace stator::eager
