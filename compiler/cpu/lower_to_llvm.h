// Takes a module of func, scf, arith, math, vector and memref; gives the same module in the LLVM dialect.
#pragma once

#include <memory>

#include "compiler/cpu/target.h"
#include "mlir/IR/BuiltinOps.h"

namespace stator::cpu {

/// Makes a context know every dialect that CPU kernels are written in, and their translation to LLVM IR.
void registerCpuDialects(mlir::DialectRegistry& registry);

/// Lowers modules of one context, one after the other: what patterns there are is found out once.
class LlvmLowering {
 public:
  explicit LlvmLowering(mlir::MLIRContext& context);
  ~LlvmLowering();

  /// Lowers in place. Memrefs become bare pointers, private functions internal ones, f32 math functions polynomials at
  /// full vector width (expand_math.h), other math functions calls to libm. Errors: InternalError where an operation
  /// cannot be lowered; the diagnostic goes to the context's handler.
  void run(mlir::ModuleOp module, const Target& target) const;

 private:
  mlir::LogicalResult lowerMath(mlir::ModuleOp module, const Target& target) const;
  mlir::LogicalResult convert(mlir::ModuleOp module) const;

  struct Conversions;
  std::unique_ptr<Conversions> conversions_;
};

/// LlvmLowering for one module.
void lowerToLlvm(mlir::ModuleOp module, const Target& target);

}  // namespace stator::cpu
