// Emits a contraction as register-blocked vector loops; what becomes of each finished vector of C is the caller's.
#pragma once

#include "compiler/cpu/target.h"
#include "compiler/kernels/contraction_schedule.h"
#include "mlir/IR/Builders.h"

namespace stator::kernels {

/// Called once for each finished vector of C: lane i belongs to column `column + i`. `outer` and `rows` are indices,
/// one for each of the form's dims; `mask` is null where every lane is valid. A vector may have fewer lanes than the
/// target.
using StoreFn = llvm::function_ref<void(mlir::OpBuilder&, mlir::Location, mlir::ValueRange outer, mlir::ValueRange rows,
                                        mlir::Value column, mlir::Value vector, mlir::Value mask)>;

/// Called once for each vector of C before its tile is computed, with what StoreFn will get: the place to ask for what
/// the epilogue will read.
using AnnounceFn = llvm::function_ref<void(mlir::OpBuilder&, mlir::Location, mlir::ValueRange outer,
                                           mlir::ValueRange rows, mlir::Value column)>;

/// Emits one chunk at the insertion point. `a`, `b` and `scratch` are one-dimensional static memrefs of the form's
/// element (factors of bf16: of i16); `scratch` holds schedule.scratchElements(), or of many chunks this one's part,
/// and may be null where that is 0; `chunk` is an index in [0, schedule.chunks).
void emitContraction(mlir::OpBuilder& builder, mlir::Location location, const ContractionForm& form,
                     const ContractionSchedule& schedule, const cpu::Target& target, mlir::Value a, mlir::Value b,
                     mlir::Value scratch, mlir::Value chunk, StoreFn store, AnnounceFn announce = nullptr);

/// Where an element of C lies by the form's strides.
mlir::Value contractionOffset(mlir::OpBuilder& builder, mlir::Location location, const ContractionForm& form,
                              mlir::ValueRange outer, mlir::ValueRange rows, mlir::Value column);

/// Stores a finished vector to a one-dimensional memref at `offset`, leaving out what `mask` does.
void storeVector(mlir::OpBuilder& builder, mlir::Location location, mlir::Value vector, mlir::Value memref,
                 mlir::Value offset, mlir::Value mask);

}  // namespace stator::kernels
