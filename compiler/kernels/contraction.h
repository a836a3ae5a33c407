// The form that matrix products and convolutions share, as data. The front half of the compiler knows no other GEMM.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/interface/dtype.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace stator::kernels {

/// One loop of a contraction: how far a step moves in A, B and C, in elements.
struct Dim {
  int64_t extent = 1;
  int64_t a = 0;
  int64_t b = 0;
  int64_t c = 0;
};

/// Zeros around A: a term of row index `i` and reduction index `k` is 0 where `i * rowStep + k * reductionStep`, the
/// line of the image that it reads, is not in [low, high). All are of one loop over rows and one over reductions.
struct Halo {
  int row = 0;
  int reduction = 0;
  int64_t rowStep = 1;
  int64_t reductionStep = 1;
  int64_t low = 0;
  int64_t high = 0;
};

/// C[outer, row, column] = sum over `reductions` of A[outer, row, reduction] * B[outer, reduction, column].
///
/// GEMM, its transposed forms, batched products, and convolution over a channels-last image with its halo: forward
/// (rows n, oh, ow; columns oc; reductions kh, kw * ic) and weight gradient (rows kh, kw, ic; reductions n, oh,
/// ow). Rows do not move in B nor columns in A; outer loops move in all three, reductions in A and B. Strides may be
/// negative.
struct ContractionForm {
  llvm::SmallVector<Dim, 4> outer;
  llvm::SmallVector<Dim, 4> rows;  ///< at least one; the last varies fastest
  Dim columns;
  llvm::SmallVector<Dim, 4> reductions;  ///< at least one; the last varies fastest
  DType element = DType::f32;            ///< of sums and of C: f32 or f64
  bool bfloat16 = false;                 ///< A and B are of bf16, as i16; else of `element`
  int64_t aOffset = 0;                   ///< where A's first element lies in its buffer
  int64_t bOffset = 0;
  std::optional<Halo> halo;  ///< what kernels may leave out

  int elementBits() const { return 8 * size_bytes(element); }
  int factorBits() const { return bfloat16 ? 16 : elementBits(); }
};

constexpr int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The product of the extents.
int64_t extentProduct(llvm::ArrayRef<Dim> dims);

/// Multiplications (each with its addition) that the contraction takes.
int64_t multiplyCount(const ContractionForm& form);

/// Elements from the first that the form reads or writes to the last, in the operand whose strides these are.
int64_t span(const ContractionForm& form, int64_t Dim::* stride);

/// The same loops, with neighbours made one where a step of the outer is `extent` steps of the inner, and those of
/// extent 1 left out.
llvm::SmallVector<Dim, 4> mergeDims(llvm::ArrayRef<Dim> dims);

}  // namespace stator::kernels
