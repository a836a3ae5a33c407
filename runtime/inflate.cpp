// zlib's inflate over a buffer.
#include "runtime/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {
namespace {

/// A zlib stream that is ended whatever happens.
struct Stream {
  explicit Stream(Compression compression) {
    const int window_bits = compression == Compression::gzip ? 15 + 16 : -15;
    if (inflateInit2(&state, window_bits) != Z_OK) throw InternalError("inflate: zlib does not start");
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { inflateEnd(&state); }
  z_stream state{};
};

}  // namespace

std::string inflate(std::string_view compressed, Compression compression, const std::string& path) {
  Stream stream(compression);
  z_stream& state = stream.state;
  std::string result;
  std::array<char, 1 << 16> chunk;
  int status = Z_OK;
  while (status == Z_OK) {
    if (state.avail_in == 0) {
      const size_t most = std::numeric_limits<uInt>::max();
      state.avail_in = static_cast<uInt>(std::min(compressed.size(), most));
      state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
      compressed.remove_prefix(state.avail_in);
    }
    state.next_out = reinterpret_cast<Bytef*>(chunk.data());
    state.avail_out = static_cast<uInt>(chunk.size());
    status = ::inflate(&state, Z_NO_FLUSH);
    result.append(chunk.data(), chunk.size() - state.avail_out);
  }
  if (status == Z_BUF_ERROR)
    throw UserError(concat(path, ": its compressed data is cut short after ", result.size(), " uncompressed bytes"));
  if (status != Z_STREAM_END)
    throw UserError(concat(path, ": its compressed data is damaged after ", result.size(),
                           " uncompressed bytes: ", state.msg == nullptr ? "unknown reason" : state.msg));
  if (const size_t rest = compressed.size() + state.avail_in; rest != 0)
    throw UserError(concat(path, ": ", rest, " bytes follow the end of its compressed data"));
  return result;
}

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

}  // namespace stator
