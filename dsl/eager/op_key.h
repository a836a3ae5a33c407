// What tells the kernels of ops apart, as words.
#pragma once

#include <vector>

#include "dsl/eager/op_program.h"

namespace stator::eager {

using Words = std::vector<int64_t>;

/// Appends an op's name, its attributes, dtypes and shapes. Of flat code (flat_program.h) the shape tells nothing but
/// which operands are one element for all.
void append_key(Words& words, const OpFacts& facts, bool flat);

/// The key of a program of a flat op: the op's, and the operands whose cotangents it gives, bit by bit; 0: forward.
Words flat_key(const OpFacts& facts, uint64_t wanted);

/// The keys of `accumulate_program`, `rows_program`, `columns_program` and `spread_program`.
Words accumulate_key(Reduction reduction, DType dtype, int64_t count);
Words rows_key(Reduction reduction, DType dtype, int64_t length);
Words columns_key(Reduction reduction, DType dtype, int64_t width);
Words spread_key(DType dtype, int64_t length);

}  // namespace stator::eager
