// Takes a module of func, scf, arith, math, vector and memref; gives the same module in the LLVM dialect.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace stator::cpu {

/// Makes a context know every dialect that CPU kernels are written in, and their translation to LLVM IR.
void registerCpuDialects(mlir::DialectRegistry& registry);

/// Lowers in place. Memrefs become bare pointers; f32 exp, log, tanh, erf and the like become polynomials at full vector
/// width, other math functions calls to libm.
/// Errors: InternalError where an operation cannot be lowered; the diagnostic goes to the context's handler.
void lowerToLlvm(mlir::ModuleOp module);

}  // namespace stator::cpu
