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

constexpr size_t huge_page_bytes = 2 << 20;

size_t in_huge_pages(size_t size) { return (size + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes; }
bool is_large(size_t size) { return size >= 2 * huge_page_bytes; }

/// Bytes on a 64-byte boundary. Large blocks lie in huge pages where the system gives them on request: a deep model's
/// arena takes hundreds of thousands of small ones.
std::byte* allocate(size_t size) {
  if (!is_large(size)) return static_cast<std::byte*>(std::aligned_alloc(alignment_bytes, size));
  void* bytes = std::aligned_alloc(huge_page_bytes, in_huge_pages(size));
  if (bytes) (void)::madvise(bytes, in_huge_pages(size), MADV_HUGEPAGE);
  return static_cast<std::byte*>(bytes);
}

/// Zeros for a block that was just allocated. The kernel takes the pages of a large one back, and gives zeros for them
/// when they are first used, so that an arena of gigabytes is there at once.
void fill_with_zeros(std::byte* bytes, size_t size) {
  if (is_large(size) && ::madvise(bytes, in_huge_pages(size), MADV_DONTNEED) == 0) return;
  std::memset(bytes, 0, size);
}

}  // namespace

void AlignedBuffer::Free::operator()(std::byte* bytes) const { std::free(bytes); }

AlignedBuffer AlignedBuffer::uninitialised(int64_t size_bytes) {
  if (size_bytes < 0 || size_bytes > std::numeric_limits<int64_t>::max() - alignment_bytes)
    throw UserError(concat("memory: a block of ", size_bytes, " bytes cannot exist"));
  AlignedBuffer buffer;
  buffer.bytes_.reset(allocate(static_cast<size_t>(round_up_to_alignment(size_bytes > 0 ? size_bytes : 1))));
  if (!buffer.bytes_) throw UserError(concat("memory: ", size_bytes, " bytes are not to be had"));
  buffer.size_bytes_ = size_bytes;
  return buffer;
}

AlignedBuffer AlignedBuffer::zeroed(int64_t size_bytes) {
  AlignedBuffer buffer = uninitialised(size_bytes);
  fill_with_zeros(buffer.data(), static_cast<size_t>(round_up_to_alignment(size_bytes)));
  return buffer;
}

}  // namespace stator
