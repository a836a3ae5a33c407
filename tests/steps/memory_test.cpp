// A step's memory is little more than what its values need where most of them are alive.
#include <cstdio>

#include "examples/models/char_lstm.h"
#include "examples/models/cifar_resnet.h"
#include "examples/models/convnet.h"
#include "examples/models/gpt.h"
#include "examples/models/mlp.h"
#include "examples/models/tinyvgg.h"
#include "tests/catch.h"
#include "tests/properties/planned_arena.h"

namespace stator::tests {

namespace {

/// The figures go to standard output, too.
void check_memory(const char* model, const ProgramGraph& program, long rows) {
  for (const PlannedArena& plan : planned_arenas(program, rows)) {
    const double arena = static_cast<double>(plan.arena_bytes), live = static_cast<double>(plan.live_bytes);
    std::printf("%-12s  batch %3ld  %-10s  arena %9.3f MB, live values %9.3f MB: %.3f\n", model, rows,
                plan.name.c_str(), 1e-6 * arena, 1e-6 * live, live > 0 ? arena / live : 1);
    INFO(model << ", " << plan.name);
    if (plan.name == "train_step") CHECK(arena <= 1.1 * live);
  }
}

}  // namespace

TEST_CASE("the arena of a training step is at most 1.1 times what is alive where most is") {
  check_memory("mlp", models::mlp.graph(), 32);
  check_memory("mnist_convnet", models::convnet.graph(), 32);
  check_memory("tinyvgg", models::tinyvgg.graph(), 32);
  check_memory("cifar_resnet", models::cifar_resnet.graph(), 128);
  check_memory("char_gpt", models::char_gpt.graph(), 12);
  check_memory("char_lstm", models::char_lstm.graph(), 32);
}

}  // namespace stator::tests
