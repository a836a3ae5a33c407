// A batch in blocks is the batch: functions with and without the loop over blocks of rows, interpreted.
#include "tests/catch.h"
#include "tests/ops/graph_values.h"
#include "tests/passes_values/run_passes.h"
#include "tests/properties/random_graph.h"

namespace stator::tests {

namespace {

constexpr auto before_blocks = "mask,stator-differentiate,bind-symbols,simplify,reassociate,layout";

}  // namespace

TEST_CASE("a batch that goes through in blocks has the same values and gradients") {
  int changed = 0;
  for (uint64_t seed = 8001; seed < 8201; ++seed) {
    INFO("seed " << seed);
    const ProgramGraph program = with_gradients(random_program(seed)).program;
    const std::string function = program.functions[0].name.str();
    const Module whole = Module(program, {batch = 6}).after(before_blocks), blocks = whole.after("blocks{count=3}");
    changed += blocks.count("scan") > whole.count("scan");
    const Arguments arguments{{}, {{"valid.batch", 5}, {"seed", 3}}};
    CHECK(error(blocks.run(function, arguments), whole.run(function, arguments)) < 1e-11);
  }
  CHECK(changed > 50);
}

}  // namespace stator::tests
