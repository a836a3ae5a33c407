// Which neighbours touch none of each other's bytes.
#include "compiler/cpu/join_regions.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

namespace stator::cpu {
namespace {

/// Bounds what a region takes of the stack, and what a chunk has to look through for its kernel.
constexpr int64_t mostJoined = 8;
/// How many steps a region looks at behind its first.
constexpr size_t furthest = 16;

/// In loops offsets move; those that move alike keep their distance.
bool overlap(const Access& a, const Access& b) {
  if (a.buffer.base != b.buffer.base || a.buffer.index != b.buffer.index) return false;
  if (a.buffer.strides != b.buffer.strides) return true;
  return a.buffer.offset_bytes < b.buffer.offset_bytes + b.bytes &&
         b.buffer.offset_bytes < a.buffer.offset_bytes + a.bytes;
}

bool areIndependent(const RegionStep& a, const RegionStep& b) {
  return llvm::none_of(a.accesses, [&](const Access& one) {
    return llvm::any_of(b.accesses,
                        [&](const Access& other) { return (one.isWritten || other.isWritten) && overlap(one, other); });
  });
}

/// The first of the steps, and those behind it that can run with it.
llvm::SmallVector<size_t> regionFrom(llvm::ArrayRef<RegionStep> steps, llvm::ArrayRef<size_t> pending) {
  llvm::SmallVector<size_t> region{pending.front()}, overtaken;
  for (size_t next : pending.drop_front().take_front(furthest)) {
    auto isFree = [&](size_t other) { return areIndependent(steps[other], steps[next]); };
    bool isNear = overtaken.empty() || steps[next].isShort;
    if (isNear && llvm::all_of(region, isFree) && llvm::all_of(overtaken, isFree)) region.push_back(next);
    else overtaken.push_back(next);
    if (static_cast<int64_t>(region.size()) == mostJoined) break;
  }
  return region;
}

}  // namespace

llvm::SmallVector<OrderedStep> joinRegions(llvm::ArrayRef<RegionStep> steps) {
  llvm::SmallVector<OrderedStep> ordered;
  llvm::SmallVector<size_t> pending = llvm::to_vector(llvm::seq<size_t>(0, steps.size()));
  while (!pending.empty()) {
    llvm::SmallVector<size_t> region = regionFrom(steps, pending);
    if (llvm::none_of(region, [&](size_t step) { return steps[step].chunks > 1; })) region.truncate(1);
    for (auto [i, step] : llvm::enumerate(region)) {
      ordered.push_back({step, static_cast<int64_t>(region.size() - 1 - i)});
      pending.erase(llvm::find(pending, step));
    }
  }
  return ordered;
}

}  // namespace stator::cpu
