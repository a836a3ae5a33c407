// Text as a sequence of characters, each a number: what character models read and write.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/ndarray.h"

namespace stator::data {

/// The distinct bytes of a text in ascending order; a character's number is its place among them.
class Vocabulary {
 public:
  explicit Vocabulary(std::string_view text);

  int64_t size() const { return static_cast<int64_t>(characters_.size()); }
  const std::string& characters() const { return characters_; }
  /// i64 [text.size()]. Errors: UserError for a byte that the vocabulary lacks; it names the byte and its place.
  NdArray encode(std::string_view text) const;
  /// Errors: UserError for a number outside [0, size()).
  char character(int64_t number) const;

 private:
  std::string characters_;
};

/// A text cut in two: the first nine tenths to train on, the rest to judge by.
struct TextSet {
  Vocabulary vocabulary;
  NdArray train;       // i64 [N]
  NdArray validation;  // i64 [M]
  std::string source;  // for people: a path, or "written sentences (built in)"
};

/// The text of a file; where `path` is empty, `tinyshakespeare/input.txt` in $STATOR_DATA, then in ./data, and where
/// neither has it, sentences that the program writes itself (from `seed`); `source` says which. `least` is the number
/// of characters that either part must have.
/// Errors: UserError naming the file, where it cannot be read, or is shorter than that; it gives both values.
TextSet load_text(const std::string& path, uint64_t seed, int64_t least = 1);

/// About `count` characters of simple English sentences, a pure function of the seed.
std::string write_sentences(size_t count, uint64_t seed);

}  // namespace stator::data
