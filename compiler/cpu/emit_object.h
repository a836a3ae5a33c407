// Takes a module in the LLVM dialect; gives LLVM IR, optimises it for a target, and gives machine code.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/cpu/target.h"
#include "mlir/IR/BuiltinOps.h"

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

namespace stator::cpu {

/// The bytes of an ELF object file.
using ObjectBytes = std::string;

/// LLVM instructions below which a part takes longer to divide off than another thread saves.
inline constexpr unsigned leastOfPart = 200;

/// One object for each of at most `threads` parts that are optimised at the same time, of `least` instructions each.
/// Public functions are spread by size; each part has its own copy of the private ones that it calls, so no result
/// depends on `threads`. Errors: InternalError where LLVM refuses the module.
std::vector<ObjectBytes> emitObjects(mlir::ModuleOp module, const Target& target, int threads = 1,
                                     unsigned least = leastOfPart);

/// The module in LLVM IR, in one piece and optimised for the target. Only the functions named in `entries` stay public.
/// Errors: InternalError where LLVM refuses the module.
std::unique_ptr<llvm::Module> emitOptimised(mlir::ModuleOp module, const Target& target,
                                            const std::vector<std::string>& entries, llvm::LLVMContext& context);

/// Prepares and optimises LLVM IR that does not come from MLIR in the same way.
void optimise(llvm::Module& module, const Target& target);

enum class Text { llvm, assembly };

/// The object of a module that has been optimised. Each function keeps the instruction set that it was optimised for.
ObjectBytes generateObject(llvm::Module& module, const Target& target);

/// The module as text. Assembly changes it on the way: ask for that last.
std::string generateText(llvm::Module& module, const Target& target, Text kind);

/// The same code as text, in one piece, for dumps. `only`: of that public function, with the private ones that it
/// calls; empty: of all. Errors: InternalError where LLVM refuses the module.
std::string emitText(mlir::ModuleOp module, const Target& target, Text kind, llvm::StringRef only = {});

}  // namespace stator::cpu
