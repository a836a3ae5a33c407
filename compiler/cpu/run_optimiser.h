// LLVM's optimiser: a short list of passes for kernels, whose emitters have done the rest, and its own for other code.
#pragma once

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace stator::cpu {

/// Where a module comes from: from kernels' emitters, or from elsewhere, as the C code of libraries.
enum class Origin { kernels, elsewhere };

/// Strength reduction of loops with few addresses is part of it. Code from elsewhere gets LLVM's O2.
void runOptimiser(llvm::Module& module, llvm::TargetMachine& machine, Origin origin);

/// Takes that pass out of LLVM's code generator, where it meets every loop: in the unrolled body of a product it takes
/// longer than all else together, and finds nothing, since addresses there differ by constants. For the whole process;
/// once is enough.
void leaveStrengthReductionToOptimiser();

}  // namespace stator::cpu
