// Aligned allocation.
#include "runtime/arena.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <limits>

#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {

namespace {

constexpr size_t page_bytes = 4096, large_bytes = 1 << 20;

/// Zeros without touching what need not be: the kernel takes the whole pages of a large block back, and gives zeros for
/// them when they are first used. An arena of gigabytes is ready at once.
void fill_with_zeros(std::byte* bytes, size_t size) {
  const size_t before = (page_bytes - reinterpret_cast<uintptr_t>(bytes) % page_bytes) % page_bytes;
  if (size < large_bytes || size < before) return void(std::memset(bytes, 0, size));
  const size_t pages = (size - before) / page_bytes * page_bytes;
  if (::madvise(bytes + before, pages, MADV_DONTNEED) != 0) return void(std::memset(bytes, 0, size));
  std::memset(bytes, 0, before);
  std::memset(bytes + before + pages, 0, size - before - pages);
}

}  // namespace

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
  fill_with_zeros(buffer.data(), static_cast<size_t>(size_bytes));
  return buffer;
}

}  // namespace stator
