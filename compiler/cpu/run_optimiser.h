// LLVM's optimiser on a module whose emitters have vectorised and unrolled already.
#pragma once

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace stator::cpu {

/// O2 without unrolling, interleaving and superword vectorising: the emitters have done all three. Strength reduction
/// of loops with few addresses is part of it.
void runOptimiser(llvm::Module& module, llvm::TargetMachine& machine);

/// Takes that pass out of LLVM's code generator, where it meets every loop: in the unrolled body of a product it takes
/// longer than all else together, and finds nothing, since addresses there differ by constants. For the whole process;
/// once is enough.
void leaveStrengthReductionToOptimiser();

}  // namespace stator::cpu
