// One contraction as a callable of its own: what tests and benchmarks stand on.
#include "compiler/kernels/single_contraction.h"

#include <algorithm>

namespace stator::kernels {
ContractionBuffers contractionBuffers(const ContractionForm& form) {
  return {form.aOffset + span(form, &Dim::a), form.bOffset + span(form, &Dim::b), span(form, &Dim::c)};
}

cpu::SingleKernel compileContraction(const ContractionForm& form, const ContractionSchedule& schedule,
                                     const cpu::Target& target, Epilogue epilogue, bool withAssembly) {
  ContractionBuffers sizes = contractionBuffers(form);
  int bits = form.elementBits();
  cpu::KernelBuffer buffers[]{{sizes.a, form.factorBits()},
                              {sizes.b, form.factorBits()},
                              {sizes.c, bits},
                              {std::max<int64_t>(1, schedule.scratchElements()), bits},
                              {form.columns.extent, bits}};
  auto body = [&](mlir::OpBuilder& builder, mlir::Location location, mlir::ValueRange arguments) {
    auto store = [&](mlir::OpBuilder& b, mlir::Location l, mlir::ValueRange outer, mlir::ValueRange rows,
                     mlir::Value column, mlir::Value vector, mlir::Value mask) {
      if (epilogue) vector = epilogue(b, l, column, vector, mask, arguments[4]);
      storeVector(b, l, vector, arguments[2], contractionOffset(b, l, form, outer, rows, column), mask);
    };
    emitContraction(builder, location, form, schedule, target, arguments[0], arguments[1], arguments[3], arguments[5],
                    store);
  };
  return cpu::compileSingleKernel(buffers, target, body, withAssembly);
}

}  // namespace stator::kernels
