// No two buffers of an arena overlap while both live.
#include "compiler/memory/arena_plan.h"

#include <random>

#include "tests/catch.h"

using stator::memory::ArenaPlan;
using stator::memory::Lifetime;
using stator::memory::planArena;
using stator::memory::WidestPoint;
using stator::memory::widestPoint;

TEST_CASE("buffers that live at the same time lie apart") {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<Lifetime> lifetimes(60);
    for (Lifetime& lifetime : lifetimes) {
      lifetime.size_bytes = 1 + random() % 5000;
      lifetime.first = random() % 100;
      lifetime.last = lifetime.first + random() % 20;
    }
    ArenaPlan plan = planArena(lifetimes);
    bool apart = true;
    for (size_t i = 0; i < lifetimes.size(); ++i) {
      const Lifetime& a = lifetimes[i];
      apart = apart && plan.offset_bytes[i] % 64 == 0 && plan.offset_bytes[i] + a.size_bytes <= plan.total_bytes;
      for (size_t j = 0; j < i; ++j) {
        const Lifetime& b = lifetimes[j];
        bool together = a.first <= b.last && b.first <= a.last;
        bool overlap = plan.offset_bytes[i] < plan.offset_bytes[j] + b.size_bytes &&
                       plan.offset_bytes[j] < plan.offset_bytes[i] + a.size_bytes;
        apart = apart && !(together && overlap);
      }
    }
    CHECK(apart);
  }
}

TEST_CASE("a chain needs two buffers") {
  std::vector<Lifetime> chain;
  for (int i = 0; i < 10; ++i) chain.push_back({1000, i, i + 1});
  CHECK(planArena(chain).total_bytes == 2048);
}

TEST_CASE("the widest point is the first step where most bytes live") {
  CHECK(widestPoint({}).size_bytes == 0);
  const WidestPoint widest = widestPoint({{100, 0, 1}, {64, 1, 2}, {200, 2, 3}, {1, 3, 4}, {64, 3, 3}});
  CHECK(widest.size_bytes == 256 + 64 + 64);
  CHECK(widest.step == 3);
}
