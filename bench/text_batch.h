// Inputs for benchmarks on text: drawn tokens and the ones that follow them, the same in every run.
#pragma once

#include "runtime/ndarray.h"
#include "runtime/philox.h"

namespace bench {

struct Text {
  stator::NdArray tokens, next;  // [rows, length], i64
};

inline Text text_batch(int64_t rows, int64_t length, int64_t vocabulary) {
  Text text{stator::NdArray::zeros(stator::DType::i64, {rows, length}),
            stator::NdArray::zeros(stator::DType::i64, {rows, length})};
  const stator::RandomStream draws{0, 0, 0};
  for (int64_t i = 0; i < rows * length; ++i) {
    text.tokens.data<int64_t>()[i] = draws.word(i) % vocabulary;
    text.next.data<int64_t>()[i] = draws.word(i + 1) % vocabulary;
  }
  return text;
}

}  // namespace bench
