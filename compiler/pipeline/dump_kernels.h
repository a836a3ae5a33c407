// `--dump KERNEL`: a kernel in each of its forms, from ops to instructions.
#pragma once

#include "compiler/cpu/kernel_library.h"
#include "compiler/cpu/target.h"
#include "llvm/Support/GlobPattern.h"
#include "mlir/IR/BuiltinOps.h"

namespace stator {

/// Prints the kernels whose names match to standard output.
class KernelDump {
 public:
  /// `pattern`: a kernel's name, whole (`train_step.kernel3`) or its last part; `*` stands for any characters.
  /// Errors: UserError for a pattern that is none.
  explicit KernelDump(llvm::StringRef pattern);

  /// Prints what a kernel is, its fusion, and the loops that it became.
  void print(const cpu::KernelFunction& kernel);
  /// Prints the assembly of those kernels, when the module is in the LLVM dialect.
  /// Errors: UserError where none matched; it lists those there are.
  void printAssembly(mlir::ModuleOp module, const cpu::Target& target) const;

 private:
  std::string pattern_;
  llvm::GlobPattern glob_;
  std::vector<std::string> all_, matching_;
};

}  // namespace stator
