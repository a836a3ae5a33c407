// Numbering characters, and finding a text.
#include "runtime/data/text_set.h"

#include <array>
#include <bitset>
#include <cstdlib>
#include <filesystem>

#include "runtime/atomic_file.h"
#include "runtime/text.h"

namespace stator::data {
namespace {

constexpr const char* usual_file = "tinyshakespeare/input.txt";
constexpr size_t written_characters = 200'000;

/// Where the usual text is; empty: nowhere.
std::string usual_path() {
  const char* variable = std::getenv("STATOR_DATA");
  std::error_code ignored;
  for (const std::string& folder : {std::string(variable == nullptr ? "" : variable), std::string("data")})
    if (const std::string path = folder + "/" + usual_file; !folder.empty() && std::filesystem::exists(path, ignored))
      return path;
  return "";
}

TextSet split(const std::string& text, const std::string& source, int64_t least) {
  const auto count = static_cast<int64_t>(text.size()), train_count = count * 9 / 10;
  if (count - train_count < least)
    throw UserError(concat(source, ": its ", count, " characters are fewer than ", 10 * least,
                           ", of which a tenth is held back to judge by"));
  const Vocabulary vocabulary(text);
  const NdArray numbers = vocabulary.encode(text);
  return {vocabulary, numbers.slice(0, 0, train_count), numbers.slice(0, train_count, count), source};
}

}  // namespace

Vocabulary::Vocabulary(std::string_view text) {
  std::bitset<256> occurs;
  for (const char character : text) occurs.set(static_cast<unsigned char>(character));
  for (size_t byte = 0; byte < occurs.size(); ++byte)
    if (occurs.test(byte)) characters_ += static_cast<char>(byte);
}

NdArray Vocabulary::encode(std::string_view text) const {
  std::array<int64_t, 256> number_of;
  number_of.fill(-1);
  for (size_t i = 0; i < characters_.size(); ++i)
    number_of[static_cast<unsigned char>(characters_[i])] = static_cast<int64_t>(i);
  NdArray numbers = NdArray::empty(DType::i64, {static_cast<int64_t>(text.size())});
  int64_t* out = numbers.data<int64_t>();
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (number_of[byte] < 0)
      throw UserError(concat("vocabulary: byte ", int{byte}, " at ", i, " is not among its ", size(), " characters"));
    *out++ = number_of[byte];
  }
  return numbers;
}

char Vocabulary::character(int64_t number) const {
  if (number < 0 || number >= size())
    throw UserError(concat("vocabulary: ", number, " is not the number of one of its ", size(), " characters"));
  return characters_[static_cast<size_t>(number)];
}

TextSet load_text(const std::string& path, uint64_t seed, int64_t least) {
  const std::string found = path.empty() ? usual_path() : path;
  if (found.empty()) return split(write_sentences(written_characters, seed), "written sentences (built in)", least);
  return split(read_file(found), found, least);
}

}  // namespace stator::data
