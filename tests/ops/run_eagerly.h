// Running a recorded function op by op.
#pragma once

#include <vector>

#include "compiler/interface/tensor_value.h"
#include "dsl/eager/context.h"

namespace stator::tests {

/// The results of a program's one function, each op at once, as the context's tape gives gradients. Slots hold zeros,
/// arguments their defaults.
std::vector<TensorValue> run_eagerly(Eager& eager, const ProgramGraph& program, const std::vector<TensorValue>& inputs);

/// Whether all of the function can be run so: no gradient of a gradient is asked for.
bool can_run_eagerly(const ProgramGraph& program);

}  // namespace stator::tests
