// Profiles: what they tell agrees with the plan and with the clock, and watching changes no bit.
#include "runtime/profile/profile.h"

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/ops/run.h"
#include "tests/runtime/support.h"
#include "tests/steps/small_models.h"

namespace stator::tests {

namespace {

constexpr int64_t rows = 32;

CompileOptions watched_by(const std::shared_ptr<Profile>& profile, int threads = 1) {
  CompileOptions options = test_options();
  options.threads = threads, options.profile = profile;
  return options;
}

/// The state after some steps of each model, as bytes.
std::string trained_mlp(const CompileOptions& options) {
  auto compiled = compile<"train_step">(small_mlp, batch = rows, options);
  State state = init(small_mlp, seed(3));
  for (int i = 0; i < 4; ++i) compiled.step(state, some_values({rows, 24}), some_labels(rows, 10));
  compiled.step(state, some_values({rows - 5, 24}), some_labels(rows - 5, 10));
  return {reinterpret_cast<const char*>(state.data()), static_cast<size_t>(state.size_bytes())};
}

std::string trained_lstm(const CompileOptions& options) {
  auto compiled = compile(small_lstm, batch = rows, options);
  State state = init(small_lstm, seed(3));
  for (int i = 0; i < 4; ++i) compiled.step(state, some_values({5, rows, 8}), some_values({5, rows, 32}));
  return {reinterpret_cast<const char*>(state.data()), static_cast<size_t>(state.size_bytes())};
}

/// How often each kernel runs in one call, as the plan says.
std::map<std::string, int64_t> planned_runs(const Executable& executable, std::string_view function) {
  const StepTable& table = executable.function(function).table;
  std::map<std::string, int64_t> runs;
  for (int64_t step = 0; step < table.step_count(); ++step) {
    int64_t times = 1;
    for (const StepLoop& loop : table.loops) times *= loop.first <= step && step < loop.last ? loop.rounds : 1;
    runs[executable.kernels[static_cast<size_t>(table.steps[static_cast<size_t>(StepTable::step_numbers * step)])]
             .name] += times;
  }
  return runs;
}

}  // namespace

TEST_CASE("watching changes no bit, at any number of threads") {
  for (const int threads : {1, 2, 3}) {
    INFO(threads << " threads");
    CHECK(trained_mlp(watched_by(nullptr, threads)) == trained_mlp(watched_by(std::make_shared<Profile>(), threads)));
    CHECK(trained_lstm(watched_by(nullptr, threads)) == trained_lstm(watched_by(std::make_shared<Profile>(), threads)));
  }
}

TEST_CASE("the trace holds each run of each kernel of the plan, and their times are the call's") {
  const auto profile = std::make_shared<Profile>(3);
  auto compiled = compile(small_lstm, batch = rows, watched_by(profile, 2));
  State state = init(small_lstm, seed(3));
  for (int i = 0; i < 9; ++i) compiled.step(state, some_values({5, rows, 8}), some_values({5, rows, 32}));

  const auto planned = planned_runs(compiled.session().executable(), "train_step");
  const nlohmann::json trace = nlohmann::json::parse(profile->trace());
  std::map<std::string, int64_t> runs;
  double calls_us = 0, kernels_us = 0;
  int64_t calls = 0;
  for (const auto& event : trace["traceEvents"]) {
    if (event["ph"] != "X") continue;
    const double duration = event["dur"];
    CHECK(duration >= 0);
    if (event["cat"] == "call") calls_us += duration, ++calls;
    if (event["cat"] != "kernel") continue;
    kernels_us += duration;
    ++runs[event["args"]["kernel"]];
    CHECK(event["args"]["of_fma_peak"].get<double>() < 1.5);
  }
  CHECK(calls == 3);
  CHECK(kernels_us == Approx(calls_us).epsilon(.01));
  REQUIRE(runs.size() == planned.size());
  for (const auto& [kernel, times] : planned) CHECK(runs[kernel] == calls * times);

  const FunctionFigures figures = profile->figures().at(0);
  CHECK(figures.calls == 3);
  CHECK(figures.kernels.size() == planned.size());
  for (const KernelFigures& kernel : figures.kernels) CHECK(kernel.runs == planned.at(kernel.facts.name));
  for (size_t i = 1; i < figures.kernels.size(); ++i)
    CHECK(figures.kernels[i - 1].time_ns >= figures.kernels[i].time_ns);
}

TEST_CASE("a kernel's work and traffic are those of its ops, and it names their layers") {
  const auto profile = std::make_shared<Profile>();
  auto compiled = compile<"predict">(small_mlp, batch = rows, watched_by(profile));
  State state = init(small_mlp, seed(3));
  compiled.call<"predict">(state, some_values({rows, 24}));
  std::map<std::string, KernelFacts> facts;
  const FunctionFigures figures = profile->figures().at(0);
  for (const KernelFigures& kernel : figures.kernels) facts[kernel.layers] = kernel.facts;
  REQUIRE(facts.size() == 2);
  CHECK(facts["fc1"].form == "contraction");
  CHECK(facts["fc1"].operations == "matmul, add, relu");
  CHECK(facts["fc1"].flops == rows * 16 * (2 * 24 + 2));
  CHECK(facts["fc1"].bytes == 4 * (rows * 24 + 16 * 24 + 16 + rows * 16));
  CHECK(facts["fc2"].operations == "matmul, add");
  CHECK(facts["fc2"].flops == rows * 10 * (2 * 16 + 1));
  CHECK(facts["fc2"].shapes == "f32[32,16] f32[10,16] f32[10] -> f32[32,10]");
}

TEST_CASE("an update belongs to its parameter's layer, though all gradients are clipped together") {
  auto compiled = compile(small_lstm, batch = rows, test_options());
  const Executable& executable = compiled.session().executable();
  const StepTable& table = executable.functions.at(0).table;
  for (size_t step = 0; step < table.layers.size(); ++step) {
    const KernelFacts& facts = executable.kernels[static_cast<size_t>(table.steps[StepTable::step_numbers * step])];
    if (facts.operations.find("matmul") != std::string::npos) CHECK(table.layers[step] == "rnn");
  }
}

TEST_CASE("what is known of kernels comes back from the cache") {
  const TemporaryFolder folder;
  CompileOptions options = test_options();
  options.cache = folder.path();
  auto first = compile(small_lstm, batch = rows, options), second = compile(small_lstm, batch = rows, options);
  const Executable &made = first.session().executable(), &found = second.session().executable();
  REQUIRE(found.from_cache);
  REQUIRE(found.kernels.size() == made.kernels.size());
  for (size_t i = 0; i < made.kernels.size(); ++i) {
    CHECK(found.kernels[i].name == made.kernels[i].name);
    CHECK(found.kernels[i].operations == made.kernels[i].operations);
    CHECK(found.kernels[i].shapes == made.kernels[i].shapes);
    CHECK(found.kernels[i].flops == made.kernels[i].flops);
    CHECK(found.kernels[i].bytes == made.kernels[i].bytes);
  }
  CHECK(found.functions[0].table.steps == made.functions[0].table.steps);
  CHECK(found.functions[0].table.buffers == made.functions[0].table.buffers);
  CHECK(found.functions[0].table.layers == made.functions[0].table.layers);
  options.profile = std::make_shared<Profile>();
  CHECK(trained_lstm(options) == trained_lstm(test_options()));
}

TEST_CASE("the first calls count only where no others follow") {
  const auto profile = std::make_shared<Profile>(2);
  auto compiled = compile<"predict">(small_mlp, batch = rows, watched_by(profile));
  State state = init(small_mlp, seed(3));
  for (const int64_t expected : {1, 2, 1, 2, 2}) {
    compiled.call<"predict">(state, some_values({rows, 24}));
    CHECK(profile->figures().at(0).calls == expected);
  }
}

TEST_CASE("the table names functions, kernels and peaks") {
  const auto profile = std::make_shared<Profile>();
  auto compiled = compile<"predict">(small_mlp, batch = rows, watched_by(profile));
  State state = init(small_mlp, seed(3));
  compiled.call<"predict">(state, some_values({rows, 24}));
  REQUIRE(profile->peak());
  CHECK(profile->peak()->flops_per_second > 1e9);
  CHECK(profile->peak()->read_bytes_per_second > 1e8);
  const std::string table = profile->table();
  INFO(table);
  for (const char* text : {"peak of 1 thread: ", "predict: ", "2 kernels of 2 kinds", "kernel0", "matmul, add, relu"})
    CHECK(table.find(text) != std::string::npos);
}

TEST_CASE("an executable that was compiled without a profile cannot be watched") {
  auto compiled = compile<"predict">(small_mlp, batch = rows, test_options());
  const auto executable = std::make_shared<const Executable>(compiled.session().executable());
  Session session(executable, 1, std::make_shared<Profile>());
  State state = init(small_mlp, seed(3));
  const NdArray x = some_values({rows, 24});
  const NdArray* const inputs[]{&x};
  CHECK_THROWS_AS(session.call(0, state, inputs), InternalError);
}

}  // namespace stator::tests
