// Memory of eager tensors: blocks that are shared by count, and kept for the next tensor of their size.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/arena.h"
#include "runtime/ndarray.h"

namespace stator::eager {

class BlockPool;

/// Bytes on a 64-byte boundary, or those of an array that the user gave.
struct Block {
  std::byte* data = nullptr;
  int64_t size_bytes = 0;  ///< that a tensor asked for
  int64_t references = 0;
  int64_t version = 0;  ///< how often its elements were changed in place
  BlockPool* pool = nullptr;
  AlignedBuffer bytes;                ///< of a block of the pool's own
  std::unique_ptr<NdArray> borrowed;  ///< whose bytes these are; null: the pool's own
};

/// A reference to a block; the last one to go gives it back to its pool.
class BlockRef {
 public:
  BlockRef() = default;
  explicit BlockRef(Block* block) : block_(block) {
    if (block_) ++block_->references;
  }
  BlockRef(const BlockRef& other) : BlockRef(other.block_) {}
  BlockRef(BlockRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BlockRef& operator=(BlockRef other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~BlockRef();

  explicit operator bool() const { return block_ != nullptr; }
  std::byte* data() const { return block_->data; }
  int64_t version() const { return block_->version; }
  /// Notes that elements were changed in place.
  void touch() { ++block_->version; }
  /// Whether nobody else holds the block.
  bool is_only() const { return block_->references == 1; }

 private:
  Block* block_ = nullptr;
};

/// What the memory of a context amounts to.
struct MemoryFigures {
  int64_t used_bytes = 0;       ///< in tensors that are alive
  int64_t peak_bytes = 0;       ///< the most that was used at once
  int64_t reserved_bytes = 0;   ///< taken from the system, used or kept for later
  int64_t system_requests = 0;  ///< how often memory was taken from the system
};

/// Gives blocks, and keeps those that come back: a step that is like the one before asks the system for nothing.
class BlockPool {
 public:
  BlockPool() = default;
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  /// At least `size_bytes`, whose contents are whatever was there.
  BlockRef take(int64_t size_bytes);
  /// The bytes of a contiguous array, without a copy.
  BlockRef share(const NdArray& array);

  const MemoryFigures& figures() const { return figures_; }
  void reset_peak() { figures_.peak_bytes = figures_.used_bytes; }

 private:
  friend class BlockRef;
  static constexpr int class_count = 4 * 48;

  void give_back(Block* block);

  std::array<std::vector<Block*>, class_count> free_;
  MemoryFigures figures_;
};

inline BlockRef::~BlockRef() {
  if (block_ && --block_->references == 0) block_->pool->give_back(block_);
}

}  // namespace stator::eager
