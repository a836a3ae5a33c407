// The kernels of a module: one function for all fusions that are the same.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/cpu/fusion/kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "runtime/step_table.h"

namespace stator::cpu {

/// A fusion's kernel as a function: buffers in the order of `buffers`, scratch where there is any, then the chunk.
struct KernelFunction {
  ir::FusionOp fusion;
  llvm::SmallVector<int> place;  ///< for each operand and result, which buffer of the function it is
  mlir::func::FuncOp function;
  llvm::SmallVector<mlir::MemRefType> buffers;  ///< with the scratch last, where there is any
  int64_t chunks = 1;
  int64_t scratchBytes = 0;
  KernelFacts facts;
};

class KernelLibrary {
 public:
  /// Kernels are added to `module`, named `prefix` and a number.
  KernelLibrary(mlir::ModuleOp module, std::string prefix, const Target& target)
      : module_(module), prefix_(std::move(prefix)), target_(target) {}

  /// The kernel of a fusion whose operands and results are the buffers `place`: equal numbers are the same memory.
  const KernelFunction& kernelFor(ir::FusionOp fusion, llvm::ArrayRef<int> place);

 private:
  void emit(KernelFunction& kernel);
  void declare(KernelFunction& kernel);

  mlir::ModuleOp module_;
  std::string prefix_;
  Target target_;
  std::map<std::string, std::vector<std::unique_ptr<KernelFunction>>> kernels_;  // by what is cheap to compare
  int64_t count_ = 0;
};

}  // namespace stator::cpu
