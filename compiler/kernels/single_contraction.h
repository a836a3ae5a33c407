// One contraction as a callable of its own: what tests and benchmarks stand on.
#pragma once

#include "compiler/cpu/single_kernel.h"
#include "compiler/kernels/contraction_schedule.h"
#include "compiler/kernels/emit_contraction.h"

namespace stator::kernels {

/// How many elements the buffers of A, B and C must have.
struct ContractionBuffers {
  int64_t a = 0;
  int64_t b = 0;
  int64_t c = 0;
};

ContractionBuffers contractionBuffers(const ContractionForm& form);

/// Changes a finished vector before it is stored to C.
using Epilogue = llvm::function_ref<mlir::Value(mlir::OpBuilder&, mlir::Location, mlir::Value column,
                                                mlir::Value vector, mlir::Value mask, mlir::Value bias)>;

/// The entry is `void(F* a, F* b, T* c, T* scratch, T* bias, int64_t chunk)`, with T the form's element, F the same or
/// 16 bits of bf16, and bias [columns]. `epilogue` may be null.
/// Errors: InternalError where the kernel does not compile.
cpu::SingleKernel compileContraction(const ContractionForm& form, const ContractionSchedule& schedule,
                                     const cpu::Target& target, Epilogue epilogue = nullptr, bool withAssembly = false);

}  // namespace stator::kernels
