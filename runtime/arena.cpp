// Aligned allocation.
#include "runtime/arena.h"

#include <cstdlib>
#include <cstring>
#include <limits>

#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {

void AlignedBuffer::Free::operator()(std::byte* bytes) const { std::free(bytes); }

AlignedBuffer AlignedBuffer::uninitialised(int64_t size_bytes) {
  if (size_bytes < 0 || size_bytes > std::numeric_limits<int64_t>::max() - alignment_bytes)
    throw UserError(concat("memory: a block of ", size_bytes, " bytes cannot exist"));
  AlignedBuffer buffer;
  const auto whole = static_cast<size_t>(round_up_to_alignment(size_bytes > 0 ? size_bytes : 1));
  buffer.bytes_.reset(static_cast<std::byte*>(std::aligned_alloc(alignment_bytes, whole)));
  if (!buffer.bytes_) throw UserError(concat("memory: ", size_bytes, " bytes are not to be had"));
  buffer.size_bytes_ = size_bytes;
  return buffer;
}

AlignedBuffer AlignedBuffer::zeroed(int64_t size_bytes) {
  AlignedBuffer buffer = uninitialised(size_bytes);
  std::memset(buffer.data(), 0, static_cast<size_t>(size_bytes));
  return buffer;
}

}  // namespace stator
