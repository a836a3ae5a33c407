// An update of parameters in parts: flat code for what works on each element by itself and for sums of such, which no
// shape is part of, and a program of scalars.
#pragma once

#include <vector>

#include "compiler/interface/graph.h"

namespace stator::eager {

/// What a part reads beside its slots: a tensor, or a scalar that another part gives.
struct PartInput {
  bool is_scalar;
  int index;  ///< of an input of the whole update; of a scalar: among those of the rest, for the rest among the sums
};

/// The sum, or the greatest, of what elementwise ops make of inputs of the whole update.
struct FlatSum {
  /// Functions for each of `sum_pieces`, in their order, that add a piece to their slot, a scalar.
  ProgramGraph program;
  std::vector<int> inputs;
  double start = 0;   ///< what the slot is to hold at first
  int64_t count = 0;  ///< elements
};

/// The update of one parameter and of what its rule keeps for it.
struct FlatUpdate {
  /// A function for each of `flat_pieces`, in their order, with slots of its own: as many as `slots`. Parameters with
  /// one rule have equal programs, whatever their extents.
  ProgramGraph program;
  std::vector<int> slots;  ///< slots of the whole update
  std::vector<PartInput> inputs;
  int64_t count = 0;  ///< elements
};

/// A program of some of the update's slots and inputs, and of sums.
struct UpdateRest {
  /// Results are those of the whole update, then scalars for the flat parts.
  ProgramGraph program;
  std::vector<int> slots;  ///< of the whole update
  std::vector<PartInput> inputs;
  int scalars = 0;
};

struct UpdateParts {
  std::vector<FlatSum> sums;
  UpdateRest rest;
  std::vector<FlatUpdate> flat;
};

/// Takes a program of one function without symbols. An update of a slot is flat where its elements, in the order that
/// they are stored in, come by elementwise ops from those of slots and inputs of the same extents, and from scalars.
/// Where one of a tensor is not, all are left to the rest. A reduction of all elements is flat where those come so from
/// inputs alone. Sums run first, then the rest.
UpdateParts in_parts(const ProgramGraph& update);

}  // namespace stator::eager
