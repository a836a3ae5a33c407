// Inputs of fewer rows than a function was compiled for: checking them, and filling the unused rows.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/executable.h"
#include "runtime/ndarray.h"

namespace stator {

/// Which input a message speaks of: `train_step: input 1`.
struct InputName {
  const std::string& function;
  size_t index;
  friend std::ostream& operator<<(std::ostream& out, const InputName& name) {
    return out << name.function << ": input " << name.index;
  }
};

/// Takes up how much of each symbol input `array` uses, in `valid` (indexed by Symbol; 0: not known yet).
/// Errors: UserError for a dtype or extents that do not fit `facts`, or that disagree with `valid`; `where` begins it.
void take_extents(const TensorFacts& facts, const NdArray& array, const InputName& where, std::vector<int64_t>& valid);

/// Errors: UserError for a number outside [0, classes) in labels or indices; it gives the element and the number.
void check_labels(const TensorFacts& facts, const NdArray& array, const InputName& where);

/// Copies `array` into `whole`, which is as large or larger along each axis; what is beyond `array` holds copies of its
/// last elements along that axis, so that it is as finite as the valid part.
void copy_and_repeat(const NdArray& array, NdArray& whole);

}  // namespace stator
