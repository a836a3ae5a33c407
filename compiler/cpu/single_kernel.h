// One kernel in a module of its own, compiled and loaded: what tests and benchmarks of kernel forms stand on.
#pragma once

#include <string>

#include "compiler/cpu/load_object.h"
#include "compiler/cpu/target.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

namespace stator::cpu {

/// A one-dimensional operand of the kernel. No two operands overlap.
struct KernelBuffer {
  int64_t elements = 0;
  int elementBits = 32;  ///< 16: i16, the bits of bf16; 32: f32; 64: f64
};

/// Emits the body. `arguments` are the buffers as `memref<Nxf32>` and so on, then the chunk as an index.
using KernelBody = llvm::function_ref<void(mlir::OpBuilder&, mlir::Location, mlir::ValueRange arguments)>;

struct SingleKernel {
  LoadedObjects code;
  std::string assembly;  ///< empty unless it was asked for
  double compileMilliseconds = 0;

  /// The kernel as a function of one pointer for each buffer and an int64_t chunk.
  template <class Function> Function* entry() const { return code.find<Function>("kernel"); }
};

/// Errors: InternalError where the body does not verify or does not compile.
SingleKernel compileSingleKernel(llvm::ArrayRef<KernelBuffer> buffers, const Target& target, KernelBody body,
                                 bool withAssembly = false);

}  // namespace stator::cpu
