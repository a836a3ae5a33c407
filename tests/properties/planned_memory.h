// What plan-memory decided for a program, apart from the compiler's types: what each kernel reads and writes, in order,
// loops step by step.
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

  int64_t size() const { return end - begin; }
  bool overlaps(const Place& other) const {
    return base == other.base && index == other.index && begin < other.end && other.begin < end;
  }
  bool operator==(const Place&) const = default;
};

/// Some bytes of what was written at once: of an argument, or of a kernel's result at one step.
struct Piece {
  int written = 0;  // a number of its own
  int64_t offset = 0, bytes = 0;
};

/// A value at a place. What a loop stacks was written in several pieces.
struct Access {
  std::vector<Piece> value;
  Place place;
  bool in_arena = false;
};

/// One kernel, at one step of the loops around it.
struct Step {
  std::vector<Access> reads, writes;
};

struct PlannedFunction {
  std::string name;
  std::vector<Access> before;  // what memory holds when it is called
  std::vector<Step> steps;
  std::vector<Access> after;  // what memory must hold when it returns
  int64_t arena_bytes = 0;
  bool has_loops = false;  // their rows lie one behind the other, so that not all are aligned
};

/// All functions of a program with `batch` bound to `rows`, taken through the phases up to plan-memory.
std::vector<PlannedFunction> planned(const ProgramGraph& program, long rows);

}  // namespace stator::tests
