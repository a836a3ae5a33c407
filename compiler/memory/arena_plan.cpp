// Offsets for buffers that live for a while each.
#include "compiler/memory/arena_plan.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

namespace stator::memory {
namespace {

constexpr int64_t alignment = 64;

int64_t aligned(int64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

struct Placed {
  int64_t begin;
  int64_t end;
};

/// The start of the smallest gap between `taken`, ordered by where they begin, that holds `size`, or of what is free
/// behind them all.
int64_t bestFit(const std::vector<Placed>& taken, int64_t size) {
  int64_t best = -1, least = std::numeric_limits<int64_t>::max(), free = 0;
  for (const Placed& placed : taken) {
    int64_t gap = placed.begin - free;
    if (gap >= size && gap < least) best = free, least = gap;
    free = std::max(free, placed.end);
  }
  return best >= 0 ? best : free;
}

constexpr int64_t mostTries = 100, comparisons = 50'000'000;  ///< some tenths of a second
constexpr int64_t closeEnough = 50;                           ///< a fiftieth above the least that any plan needs

/// A buffer's turn to be placed: the greatest first.
using Turn = double (*)(const Lifetime&);

constexpr Turn turns[] = {
    [](const Lifetime& life) { return static_cast<double>(life.size_bytes); },
    [](const Lifetime& life) { return static_cast<double>(life.size_bytes) * (life.last - life.first + 1); },
    [](const Lifetime& life) { return static_cast<double>(life.last - life.first); },
};

std::vector<int> inOrder(const std::vector<Lifetime>& lifetimes, Turn turn) {
  std::vector<int> order(lifetimes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return turn(lifetimes[a]) > turn(lifetimes[b]); });
  return order;
}

/// Each in its turn, in the tightest gap that is free for as long as it lives.
ArenaPlan place(const std::vector<Lifetime>& lifetimes, const std::vector<int>& order) {
  ArenaPlan plan;
  plan.offset_bytes.resize(lifetimes.size());
  std::vector<int> done;  // ordered by offset
  std::vector<Placed> taken;
  for (int i : order) {
    taken.clear();
    for (int other : done) {
      bool apart = lifetimes[other].last < lifetimes[i].first || lifetimes[i].last < lifetimes[other].first;
      int64_t begin = plan.offset_bytes[other];
      if (!apart) taken.push_back({begin, begin + aligned(lifetimes[other].size_bytes)});
    }
    int64_t size = aligned(lifetimes[i].size_bytes);
    plan.offset_bytes[i] = bestFit(taken, size);
    plan.total_bytes = std::max(plan.total_bytes, plan.offset_bytes[i] + size);
    auto behind = [&](int64_t offset, int other) { return offset < plan.offset_bytes[other]; };
    done.insert(std::upper_bound(done.begin(), done.end(), plan.offset_bytes[i], behind), i);
  }
  return plan;
}

/// The buffer that ends last.
int highest(const std::vector<Lifetime>& lifetimes, const ArenaPlan& plan) {
  int found = 0;
  auto end = [&](int i) { return plan.offset_bytes[i] + lifetimes[i].size_bytes; };
  for (int i = 1; i < static_cast<int>(lifetimes.size()); ++i)
    if (end(i) > end(found)) found = i;
  return found;
}

}  // namespace

ArenaPlan planArena(const std::vector<Lifetime>& lifetimes) {
  ArenaPlan best;
  std::vector<int> order;
  for (Turn turn : turns) {
    std::vector<int> turned = inOrder(lifetimes, turn);
    ArenaPlan plan = place(lifetimes, turned);
    if (!order.empty() && plan.total_bytes >= best.total_bytes) continue;
    best = std::move(plan), order = std::move(turned);
  }
  if (lifetimes.empty()) return best;
  const int64_t least = widestPoint(lifetimes).size_bytes, buffers = static_cast<int64_t>(lifetimes.size());
  ArenaPlan last = best;
  for (int64_t tries = std::min(mostTries, comparisons / (buffers * buffers)); tries > 0; --tries) {
    if (best.total_bytes <= least + least / closeEnough) break;
    auto first = std::find(order.begin(), order.end(), highest(lifetimes, last));
    std::rotate(order.begin(), first, first + 1);
    last = place(lifetimes, order);
    if (last.total_bytes < best.total_bytes) best = last;
  }
  return best;
}

WidestPoint widestPoint(const std::vector<Lifetime>& lifetimes) {
  std::map<int, int64_t> change;  // at the beginning of a step
  for (const Lifetime& lifetime : lifetimes) {
    change[lifetime.first] += aligned(lifetime.size_bytes);
    change[lifetime.last + 1] -= aligned(lifetime.size_bytes);
  }
  WidestPoint widest;
  int64_t live = 0;
  for (auto [step, bytes] : change) {
    live += bytes;
    if (live > widest.size_bytes) widest = {live, step};
  }
  return widest;
}

}  // namespace stator::memory
