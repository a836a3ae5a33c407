// Reading IDX: two zero bytes, a dtype code, the rank, big-endian extents and elements.
#include "runtime/data/idx.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "runtime/atomic_file.h"
#include "runtime/inflate.h"
#include "runtime/text.h"

namespace stator::data {
namespace {

template <class... Parts> [[noreturn]] void fail(const std::string& path, const Parts&... parts) {
  throw UserError(concat(path, ": not a valid IDX file: ", parts...));
}

uint32_t big_endian_word(std::string_view bytes, size_t at) {
  uint32_t word = 0;
  for (size_t i = 0; i < 4; ++i) word = word << 8 | static_cast<unsigned char>(bytes[at + i]);
  return word;
}

std::string hexadecimal(uint32_t word) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", word);
  return text;
}

std::optional<DType> dtype_of(uint32_t code) {
  switch (code) {
    case 0x08:
      return DType::u8;
    case 0x09:
      return DType::i8;
    case 0x0b:
      return DType::i16;
    case 0x0c:
      return DType::i32;
    case 0x0d:
      return DType::f32;
    case 0x0e:
      return DType::f64;
    default:
      return std::nullopt;
  }
}

size_t bytes_of(const std::string& path, DType dtype, const NdArray::Extents& extents) {
  auto bytes = static_cast<size_t>(size_bytes(dtype));
  for (int64_t extent : extents)
    if (__builtin_mul_overflow(bytes, static_cast<size_t>(extent), &bytes))
      fail(path, "extents ", bracketed(extents), " are larger than any memory");
  return bytes;
}

/// Turns each element of `size` bytes round.
std::string little_endian(std::string_view bytes, int size) {
  std::string turned(bytes);
  for (auto at = turned.begin(); at != turned.end(); at += size) std::reverse(at, at + size);
  return turned;
}

}  // namespace

NdArray read_idx(const std::string& path) {
  std::string file = read_file(path);
  if (is_gzip(file)) file = inflate(file, Compression::gzip, path);
  if (file.size() < 4) fail(path, "it has ", file.size(), " bytes, fewer than the 4 of its magic");
  const uint32_t magic = big_endian_word(file, 0);
  if (magic >> 16 != 0) fail(path, "its magic is ", hexadecimal(magic), ", not 0x0000 with a dtype and a rank");
  const std::optional<DType> dtype = dtype_of(magic >> 8);
  if (!dtype) fail(path, "its dtype code ", magic >> 8, " is not one of 8, 9, 11, 12, 13, 14");
  const size_t rank = magic & 0xff;
  if (rank == 0) fail(path, "its rank is 0, below 1");
  const size_t header_bytes = 4 + 4 * rank;
  if (file.size() < header_bytes)
    fail(path, "rank ", rank, " needs a header of ", header_bytes, " bytes, but it has ", file.size());
  NdArray::Extents extents;
  for (size_t axis = 0; axis < rank; ++axis) extents.push_back(big_endian_word(file, 4 + 4 * axis));
  const std::string_view elements = std::string_view(file).substr(header_bytes);
  const auto wanted = bytes_of(path, *dtype, extents);
  if (elements.size() != wanted)
    fail(path, name_of(*dtype), " ", bracketed(extents), " needs ", wanted, " bytes, but ", elements.size(),
         elements.size() < wanted ? " follow (it is cut short)" : " follow (some are left over)");
  return NdArray::from_bytes(*dtype, extents, little_endian(elements, size_bytes(*dtype)));
}

}  // namespace stator::data
