// Every pass by its name on a command line.
#pragma once

namespace stator::ir {

/// Makes Stator's passes, and MLIR's own that are useful between them, known to stator-opt.
void registerStatorPasses();

}  // namespace stator::ir
