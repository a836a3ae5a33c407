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

/// Which values lie where.
class Memory {
 public:
  void write(const Access& access) {
    std::erase_if(held_, [&](const Access& other) { return other.place.overlaps(access.place); });
    held_.push_back(access);
  }
  bool holds(const Access& access) const {
    return std::any_of(held_.begin(), held_.end(),
                       [&](const Access& other) { return other.value == access.value && other.place == access.place; });
  }

 private:
  std::vector<Access> held_;
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
      CHECK(written.place.begin % alignment == 0);
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
  constexpr bool loops = false;  // their steps run more than once, which a list of kernels does not say
  for (uint64_t seed = 1; seed <= 100; ++seed) check_plans(with_gradients(random_program(seed, loops)).program, 8);
}

}  // namespace stator::tests
