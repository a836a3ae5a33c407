// Memory for compiled functions: bytes on a 64-byte boundary, allocated once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace stator {

/// What vector code may assume of a block's first byte.
inline constexpr int64_t alignment_bytes = 64;

constexpr int64_t round_up_to_alignment(int64_t bytes) {
  return (bytes + alignment_bytes - 1) / alignment_bytes * alignment_bytes;
}

/// A movable block of bytes on a 64-byte boundary.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;

  /// Errors: UserError where the size is negative or the memory is not to be had; it gives the size.
  static AlignedBuffer uninitialised(int64_t size_bytes);
  static AlignedBuffer zeroed(int64_t size_bytes);

  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }
  int64_t size_bytes() const { return size_bytes_; }

 private:
  struct Free {
    void operator()(std::byte* bytes) const;
  };
  std::unique_ptr<std::byte[], Free> bytes_;
  int64_t size_bytes_ = 0;
};

}  // namespace stator
