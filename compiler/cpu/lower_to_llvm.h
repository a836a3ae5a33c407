// Takes a module of func, scf, arith, math, vector and memref; gives the same module in the LLVM dialect.
#pragma once

#include "compiler/cpu/target.h"
#include "mlir/IR/BuiltinOps.h"

namespace stator::cpu {

/// Makes a context know every dialect that CPU kernels are written in, and their translation to LLVM IR.
void registerCpuDialects(mlir::DialectRegistry& registry);

/// Lowers in place. Memrefs become bare pointers, private functions internal ones, f32 math functions polynomials at
/// full vector width (expand_math.h), other math functions calls to libm. Errors: InternalError where an operation
/// cannot be lowered; the diagnostic goes to the context's handler.
void lowerToLlvm(mlir::ModuleOp module, const Target& target);

}  // namespace stator::cpu
