// No two values that are alive at the same time share memory: the plan is carried out on memory that knows which value
// each byte holds.
#include <algorithm>

#include "examples/models/convnet.h"
#include "examples/models/mlp.h"
#include "tests/catch.h"
#include "tests/properties/planned_memory.h"
#include "tests/properties/random_graph.h"

namespace stator::tests {

namespace {

constexpr int64_t alignment = 64;

/// What lies where: pieces of what was written, apart from each other.
class Memory {
 public:
  void write(const Access& access) {
    forget(access.place);
    int64_t at = access.place.begin;
    for (const Piece& piece : access.value) {
      Place place = access.place;
      place.begin = at, place.end = at += piece.bytes;
      held_.push_back({place, piece});
    }
  }
  bool holds(const Access& access) const {
    int64_t at = access.place.begin;
    for (const Piece& piece : access.value) {
      Place place = access.place;
      place.begin = at, place.end = at += piece.bytes;
      if (bytes_held(place, piece) != piece.bytes) return false;
    }
    return at == access.place.end;
  }

 private:
  struct Held {
    Place place;
    Piece piece;
  };

  /// What was there goes; what stood on both sides of it stays.
  void forget(const Place& place) {
    std::vector<Held> kept;
    for (const Held& held : held_) {
      if (!held.place.overlaps(place)) kept.push_back(held);
      else keep_outside(held, place, kept);
    }
    held_ = std::move(kept);
  }
  static void keep_outside(const Held& held, const Place& place, std::vector<Held>& kept) {
    auto keep = [&](int64_t begin, int64_t end) {
      if (begin >= end) return;
      Held part = held;
      part.place.begin = begin, part.place.end = end;
      part.piece.offset += begin - held.place.begin, part.piece.bytes = end - begin;
      kept.push_back(part);
    };
    keep(held.place.begin, place.begin);
    keep(place.end, held.place.end);
  }
  /// How many of the piece's bytes lie at this place.
  int64_t bytes_held(const Place& place, const Piece& piece) const {
    int64_t found = 0;
    for (const Held& held : held_) {
      const bool same =
          held.piece.written == piece.written && held.piece.offset - held.place.begin == piece.offset - place.begin;
      if (same && held.place.overlaps(place))
        found += std::min(held.place.end, place.end) - std::max(held.place.begin, place.begin);
    }
    return found;
  }

  std::vector<Held> held_;
};

/// A kernel may write where it reads, element for element, but not beside it.
bool partly_overlaps(const Access& written, const Step& step) {
  return std::any_of(step.reads.begin(), step.reads.end(), [&](const Access& read) {
    return read.place.overlaps(written.place) && !(read.place == written.place);
  });
}

void check_plan(const PlannedFunction& function) {
  INFO(function.name);
  Memory memory;
  for (const Access& access : function.before) memory.write(access);
  for (size_t i = 0; i < function.steps.size(); ++i) {
    const Step& step = function.steps[i];
    INFO("kernel " << i);
    for (const Access& read : step.reads) CHECK(memory.holds(read));
    for (const Access& written : step.writes) {
      CHECK_FALSE(partly_overlaps(written, step));
      CHECK((function.has_loops || written.place.begin % alignment == 0));
      CHECK((!written.in_arena || written.place.end <= function.arena_bytes));
      memory.write(written);
    }
    for (const Access& written : step.writes) CHECK(memory.holds(written));
  }
  for (const Access& access : function.after) CHECK(memory.holds(access));
}

void check_plans(const ProgramGraph& program, long rows) {
  for (const PlannedFunction& function : planned(program, rows)) check_plan(function);
}

}  // namespace

TEST_CASE("models: every value is whole when it is read, and state and results hold what they should at the end") {
  check_plans(models::convnet.graph(), 32);
  check_plans(models::mlp.graph(), 32);
}

TEST_CASE("random graphs: every value is whole when it is read") {
  for (uint64_t seed = 1; seed <= 100; ++seed) check_plans(with_gradients(random_program(seed)).program, 8);
}

}  // namespace stator::tests
