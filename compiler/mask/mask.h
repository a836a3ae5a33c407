// The two passes that make symbols explicit: masks where an axis is summed up, then types of plain numbers.
#pragma once

#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// Masks the operand of every reduction and contraction over a symbolic axis; `count` becomes arithmetic on valid
/// counts. A second run finds nothing to do. Errors: a diagnostic where it is not known which positions of an axis are
/// valid.
std::unique_ptr<mlir::Pass> createMaskPass();

/// Masks what differentiation made, then drops the symbols from all types, and valid counts that nothing uses.
std::unique_ptr<mlir::Pass> createBindSymbolsPass();

}  // namespace stator
