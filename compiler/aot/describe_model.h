// A library's description, as constants in LLVM IR, and the functions that its header declares.
#pragma once

#include "compiler/aot/model_plan.h"

namespace llvm {
class Module;
}

namespace stator::aot {

/// Adds to the glue's module the structures of compiler/aot/glue/model.h for this model, and public functions NAME_...
/// that hand them to the glue. Entries of variants are declared by their names.
void describe_model(llvm::Module& glue, const ModelPlan& plan);

}  // namespace stator::aot
