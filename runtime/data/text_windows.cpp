// Cutting windows out of a text.
#include "runtime/data/text_windows.h"

#include <algorithm>

#include "runtime/error.h"
#include "runtime/hash.h"
#include "runtime/philox.h"
#include "runtime/text.h"

namespace stator::data {

TextWindows::TextWindows(const NdArray& characters, int64_t rows, int64_t length)
    : characters_(characters.contiguous()), rows_(rows), length_(length) {
  if (rows < 1 || length < 1)
    throw UserError(concat("text windows: ", rows, " rows of ", length, " characters are below 1"));
  if (characters_.dtype() != DType::i64 || characters_.rank() != 1 || characters_.element_count() <= length)
    throw UserError(
        concat("text windows: characters must be i64 [N] with N above ", length, ", but are ", describe(characters)));
  inputs_ = NdArray::zeros(DType::i64, {rows, length});
  targets_ = inputs_.clone();
}

void TextWindows::fill_row(int64_t row, int64_t start) {
  const int64_t* source = characters_.data<int64_t>() + start;
  std::copy_n(source, length_, inputs_.data<int64_t>() + row * length_);
  std::copy_n(source + 1, length_, targets_.data<int64_t>() + row * length_);
}

void TextWindows::draw(uint64_t seed, int64_t step) {
  const RandomStream stream{seed, static_cast<uint32_t>(step), fnv1a_32("text windows")};
  const auto starts = static_cast<uint64_t>(characters_.element_count() - length_);
  for (int64_t row = 0; row < rows_; ++row)
    fill_row(row, static_cast<int64_t>(stream.word(static_cast<uint64_t>(row)) * starts >> 32));
}

int64_t TextWindows::take(int64_t batch) {
  const int64_t first = batch * rows_, valid = std::clamp<int64_t>(window_count() - first, 0, rows_);
  if (valid == 0) return 0;
  for (int64_t row = 0; row < rows_; ++row) fill_row(row, (first + std::min(row, valid - 1)) * length_);
  return valid;
}

}  // namespace stator::data
