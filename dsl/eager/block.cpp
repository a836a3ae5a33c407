// Blocks in classes of sizes: four for each power of two, so that at most a fifth of a block is unused.
#include "dsl/eager/block.h"

#include <bit>

namespace stator::eager {
namespace {

constexpr int64_t least_bytes = 64;

/// The class whose blocks hold `size_bytes`, and what they hold.
struct SizeClass {
  int index;
  int64_t bytes;
};
SizeClass class_of(int64_t size_bytes) {
  const auto units = static_cast<uint64_t>((size_bytes + least_bytes - 1) / least_bytes);
  if (units <= 4) return {static_cast<int>(units), static_cast<int64_t>(units) * least_bytes};
  const int shift = std::bit_width(units - 1) - 3;
  const uint64_t quarters = ((units - 1) >> shift) + 1;  // 5 to 8 units of 2^shift
  return {static_cast<int>(4 * (shift + 1) + static_cast<int>(quarters) - 4),
          static_cast<int64_t>(quarters << shift) * least_bytes};
}

}  // namespace

BlockPool::~BlockPool() {
  for (auto& blocks : free_)
    for (Block* block : blocks) delete block;
}

BlockRef BlockPool::take(int64_t size_bytes) {
  const SizeClass wanted = class_of(size_bytes > 0 ? size_bytes : 1);
  auto& free = free_[static_cast<size_t>(wanted.index)];
  Block* block = nullptr;
  if (free.empty()) {
    auto made = std::make_unique<Block>();
    made->bytes = AlignedBuffer::uninitialised(wanted.bytes);
    made->data = made->bytes.data();
    made->pool = this;
    figures_.reserved_bytes += wanted.bytes;
    ++figures_.system_requests;
    block = made.release();
  } else {
    block = free.back();
    free.pop_back();
  }
  block->size_bytes = size_bytes;
  figures_.used_bytes += size_bytes;
  figures_.peak_bytes = std::max(figures_.peak_bytes, figures_.used_bytes);
  return BlockRef(block);
}

BlockRef BlockPool::share(const NdArray& array) {
  auto block = std::make_unique<Block>();
  block->borrowed = std::make_unique<NdArray>(array);
  block->data = block->borrowed->bytes();
  block->pool = this;
  return BlockRef(block.release());
}

void BlockPool::give_back(Block* block) {
  if (block->borrowed) {
    delete block;
    return;
  }
  figures_.used_bytes -= block->size_bytes;
  free_[static_cast<size_t>(class_of(block->size_bytes > 0 ? block->size_bytes : 1).index)].push_back(block);
}

}  // namespace stator::eager
