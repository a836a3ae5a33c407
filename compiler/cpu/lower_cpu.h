// The phase lower-cpu: kernels, what calls them, and an entry for each function.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/cpu/kernel_library.h"
#include "compiler/cpu/step_table.h"
#include "compiler/cpu/target.h"
#include "mlir/IR/BuiltinOps.h"
#include "runtime/executable.h"

namespace mlir {
class Pass;
}

namespace stator::cpu {

/// The public symbol of a function's entry. It is no C identifier, so a function may be called `exp` or `memcpy`.
std::string entrySymbol(std::string_view function);

/// The public symbol of a kernel as a StatorKernel, whose context is the addresses of its buffers.
std::string stepSymbol(std::string_view kernel);

struct LoweredModule {
  std::vector<CompiledFunction> functions;
  std::vector<KernelFacts> kernels;
};

/// Takes a module of functions with planned fusions; gives the same module with, for each of them, an entry
/// `entrySymbol(NAME)(const StatorCall*)` (runtime/abi.h) and a kernel for each distinct fusion, in func, scf, arith,
/// math, memref and vector: ready for lowerToLlvm. Returns the facts of kernels, and of functions as far as the module
/// knows them: no symbols, no label classes, no default values; entries are null. `seen` is shown each kernel while its
/// fusion is still there. Errors: InternalError where a fusion has no buffers or an op has no vector code.
LoweredModule lowerCpu(mlir::ModuleOp module, const Target& target,
                       llvm::function_ref<void(const KernelFunction&)> seen = {}, const StepOptions& options = {});

/// The same as a pass `lower-cpu{target=NAME}`, `native` by default.
std::unique_ptr<mlir::Pass> createLowerCpuPass();

}  // namespace stator::cpu
