// What is computed again is what was computed: kernels with and without recomputation, interpreted.
#include "tests/catch.h"
#include "tests/ops/graph_values.h"
#include "tests/passes_values/run_passes.h"
#include "tests/properties/random_graph.h"

namespace stator::tests {

namespace {

constexpr auto before_recompute =
    "mask,stator-differentiate,bind-symbols,simplify,reassociate,layout,attention,prepare";

/// How many ops of a kind that no phase makes again unasked.
long heavy_ops(const Module& module) {
  return module.count("matmul") + module.count("convolution") + module.count("sum") + module.count("gather");
}

}  // namespace

TEST_CASE("values that are computed again are the same values") {
  int changed = 0;
  for (uint64_t seed = 7001; seed < 7151; ++seed) {
    INFO("seed " << seed);
    const ProgramGraph program = with_gradients(random_program(seed)).program;
    const std::string function = program.functions[0].name.str();
    const Module prepared = Module(program, {batch = 6}).after(before_recompute);
    const Module again = prepared.after("recompute{least-bytes=1}");
    changed += again.count("recompute") > prepared.count("recompute");
    const Arguments arguments{{}, {{"valid.batch", 5}, {"seed", 3}}};
    CHECK(error(again.after("fuse").run(function, arguments), prepared.after("fuse").run(function, arguments)) < 1e-12);
  }
  CHECK(changed > 20);
}

TEST_CASE("values that are made again for a budget are the same values") {
  int changed = 0;
  for (uint64_t seed = 7201; seed < 7351; ++seed) {
    INFO("seed " << seed);
    const ProgramGraph program = with_gradients(random_program(seed)).program;
    const std::string function = program.functions[0].name.str();
    const Module prepared = Module(program, {batch = 6}).after(before_recompute);
    const Module again = prepared.after("recompute{least-bytes=1 budget-bytes=1}");
    changed += heavy_ops(again) > heavy_ops(prepared);
    const Arguments arguments{{}, {{"valid.batch", 5}, {"seed", 3}}};
    CHECK(error(again.after("fuse").run(function, arguments), prepared.after("fuse").run(function, arguments)) < 1e-12);
  }
  CHECK(changed > 3);
}

}  // namespace stator::tests
