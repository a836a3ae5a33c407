// f32 math functions as polynomials at full vector width: the same bits on every host of a target, with no libm.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace stator::cpu {

/// Expands f32 exp, exp2, expm1, log, log1p, log2, tanh, erf, atan, sin, cos and the like, scalar or vector, in place.
/// At most 4 ulp off (exp and erf 1.5, without fused multiply-adds 2); sin and cos for arguments up to 8192 in size.
/// Source: Cephes' single-precision functions for exp, exp2, tanh, atan, sin and cos, MLIR's approximations for the
/// others.
mlir::LogicalResult expandMath(mlir::ModuleOp module);

/// Fused multiply-adds become a multiplication and an addition: for targets on which they would be calls to libm.
mlir::LogicalResult splitMultiplyAdds(mlir::ModuleOp module);

}  // namespace stator::cpu
