// What plan-memory decided for a program, apart from the compiler's types.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/interface/graph.h"

namespace stator::tests {

/// Bytes of the arena, the state, an input, a result or the arguments.
struct Place {
  int base = 0;
  int64_t index = 0;  // which input or result
  int64_t begin = 0, end = 0;

  bool overlaps(const Place& other) const {
    return base == other.base && index == other.index && begin < other.end && other.begin < end;
  }
  bool operator==(const Place&) const = default;
};

/// Value `value`, by a number of its own, at a place.
struct Access {
  int value = 0;
  Place place;
  bool in_arena = false;
};

/// One kernel.
struct Step {
  std::vector<Access> reads, writes;
};

struct PlannedFunction {
  std::string name;
  std::vector<Access> before;  // what memory holds when it is called
  std::vector<Step> steps;
  std::vector<Access> after;  // what memory must hold when it returns
  int64_t arena_bytes = 0;
};

/// All functions of a program with `batch` bound to `rows`, taken through the phases up to plan-memory.
std::vector<PlannedFunction> planned(const ProgramGraph& program, long rows);

}  // namespace stator::tests
