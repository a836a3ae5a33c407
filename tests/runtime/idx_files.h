// Small IDX files for tests.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <initializer_list>
#include <string>

namespace stator::tests {

/// An IDX file: dtype code, extents, bytes of the elements.
inline std::string idx(int code, std::initializer_list<uint32_t> extents, const std::string& elements) {
  std::string file{'\0', '\0', static_cast<char>(code), static_cast<char>(extents.size())};
  for (uint32_t extent : extents)
    for (int shift = 24; shift >= 0; shift -= 8) file += static_cast<char>(extent >> shift & 255);
  return file + elements;
}

inline std::string gzipped(const std::string& bytes) {
  std::string out(compressBound(bytes.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace stator::tests
