// What a kernel is and how much it has to do, as its fusion says: for profiles.
#pragma once

#include "compiler/ir/ops.h"
#include "runtime/step_table.h"

namespace stator::cpu {

/// The facts of a fusion's kernel, all but its name. Work that the fusion asks for counts, not what code makes of it: a
/// value that is computed again counts once, a multiplication by a zero of the padding like any other.
KernelFacts factsOf(ir::FusionOp fusion);

/// The layers that a fusion's ops come from, in their order: `conv1, conv2`. Ops keep them as the names of their
/// locations (compiler/import/layer_names.h), derivatives too.
std::string layersOf(ir::FusionOp fusion);

}  // namespace stator::cpu
