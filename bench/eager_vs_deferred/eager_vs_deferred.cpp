// One model both ways: `bench_eager_vs_deferred MODEL BATCH DEPTH SECONDS [stairs]` prints one line of JSON; `stairs`:
// what each phase adds, too. What is timed takes turns, so that a busy machine touches all sides alike; compiling
// starts from nothing.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>

#include "bench/eager_vs_deferred/models.h"

namespace {

namespace st = stator;
using Clock = std::chrono::steady_clock;
using nlohmann::json;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// One of the sides that take turns.
struct Side {
  std::string name;
  std::function<void()> step;
  std::vector<double> microseconds = {};  // of single steps
};

/// Rounds of all sides, in turns of a few steps, until `seconds` have gone for each; three at least.
void take_turns(std::vector<Side>& sides, double seconds) {
  const double turn_ms = 30, most_ms = 1000 * seconds * static_cast<double>(sides.size());
  const Clock::time_point begin = Clock::now();
  for (int round = 0; round < 3 || milliseconds_since(begin) < most_ms; ++round)
    for (Side& side : sides) {
      side.step();
      const Clock::time_point turn = Clock::now();
      do {
        const Clock::time_point start = Clock::now();
        side.step();
        side.microseconds.push_back(1000 * milliseconds_since(start));
      } while (milliseconds_since(turn) < turn_ms);
    }
}

json times_of(Side& side) {
  std::sort(side.microseconds.begin(), side.microseconds.end());
  return {{"best_us", side.microseconds.front()}, {"median_us", side.microseconds[side.microseconds.size() / 2]}};
}

/// Kernels that one call runs, and the bytes that they read and write.
json work_of(const st::Executable& executable) {
  const st::StepTable& table = executable.functions.front().table;
  std::vector<int64_t> times(static_cast<size_t>(table.step_count()), 1);
  for (const st::StepLoop& loop : table.loops)
    for (int64_t step = loop.first; step < loop.last; ++step) times[static_cast<size_t>(step)] *= loop.rounds;
  int64_t launches = 0, bytes = 0;
  for (size_t step = 0; step < times.size(); ++step) {
    launches += times[step];
    const auto kernel = static_cast<size_t>(table.steps[step * st::StepTable::step_numbers]);
    bytes += times[step] * executable.kernels[kernel].bytes;
  }
  return {{"launches", launches}, {"moved_bytes", bytes}, {"peak_bytes", executable.functions.front().arena_bytes}};
}

/// What each phase adds: phases that are left out for one stair, and the stair's name.
struct Stair {
  const char* name;
  std::vector<std::string> without;
};
const std::vector<Stair>& stairs() {
  static const std::vector<Stair> all{
      {"differentiate",
       {"simplify", "reassociate", "fuse", "plan-memory", "layout", "attention", "winograd", "recompute", "blocks"}},
      {"+ simplify", {"fuse", "plan-memory", "layout", "attention", "winograd", "recompute", "blocks"}},
      {"+ fuse", {"plan-memory", "layout", "attention", "winograd", "recompute", "blocks"}},
      {"+ plan", {"layout", "attention", "winograd", "recompute", "blocks"}},
      {"+ layouts", {"attention", "winograd", "recompute", "blocks"}},
      {"+ attention", {"winograd", "recompute", "blocks"}},
      {"+ winograd", {"recompute", "blocks"}},
      {"+ recompute", {"blocks"}},
      {"+ blocks", {}},
  };
  return all;
}

/// A compiled program at work on its inputs.
template <class P> struct Deferred {
  Deferred(const P& program, int64_t rows, const std::vector<st::NdArray>& inputs, std::vector<std::string> without)
      : state(st::init(program, st::seed(0))), inputs(inputs) {
    const Clock::time_point start = Clock::now();
    compiled.emplace(st::compile<"train_step">(
        program, st::batch = rows,
        st::CompileOptions{.threads = 1, .disabled_phases = std::move(without), .cache = "off"}));
    compile_ms = milliseconds_since(start);
  }
  void step() { compiled->step(state, inputs[0], inputs[1]); }

  st::State state;
  const std::vector<st::NdArray>& inputs;
  std::optional<decltype(st::compile<"train_step">(std::declval<const P&>()))> compiled;
  double compile_ms = 0;
};

/// A module and its optimizer at work on the same inputs.
template <class C> struct AtOnce {
  AtOnce(const C& what, const std::vector<st::NdArray>& inputs)
      : what(what), inputs(inputs), net(eager), optimizer(st::hana::unpack(what.options, [&](const auto&... option) {
          return st::optimizer(net, what.rule, option...);
        })) {
    const Clock::time_point start = Clock::now();
    step();
    first_ms = milliseconds_since(start);
  }
  void step() {
    optimizer.zero_grad();
    auto loss = what.loss(*net, eager.template tensor<typename C::input>(inputs[0]),
                          eager.template tensor<typename C::target>(inputs[1]));
    loss.backward();
    optimizer.step();
  }

  const C& what;
  const std::vector<st::NdArray>& inputs;
  st::Eager eager{{.seed = 0, .threads = 1, .cache = "off"}};
  st::Module<typename C::model> net;
  typename C::optimizer optimizer;
  double first_ms = 0;
};

/// What one eager step does, as `work_of`.
template <class C> json work_of(AtOnce<C>& side) {
  side.eager.reset_peak();
  const st::EagerFigures before = side.eager.figures();
  side.step();
  const st::EagerFigures after = side.eager.figures();
  return {{"launches", after.launches - before.launches},
          {"moved_bytes", after.moved_bytes - before.moved_bytes},
          {"peak_bytes", after.peak_bytes - before.used_bytes},
          {"kernels", after.compiled},
          {"compile_ms", after.compile_ms},
          {"slowest_compile_ms", after.slowest_compile_ms},
          {"first_step_ms", side.first_ms}};
}

/// Steps until a compiled program's head start of an eager one is made up for; -1: never.
double steps_until_paid(const json& eager, const json& deferred) {
  const double saved_us = eager["median_us"].get<double>() - deferred["median_us"].get<double>();
  return saved_us <= 0 ? -1 : std::ceil(1000 * deferred["compile_ms"].get<double>() / saved_us);
}

template <class C> json measure(const C& what, int64_t rows, double seconds, bool all_stairs) {
  const std::vector<st::NdArray> inputs = what.draw(rows);
  const auto program = what.program();
  using Compiled = Deferred<std::remove_const_t<decltype(program)>>;
  AtOnce<C> at_once(what, inputs);
  const std::vector<Stair> climbed(all_stairs ? stairs().begin() : stairs().end() - 1, stairs().end());
  std::vector<Compiled> deferred;
  deferred.reserve(climbed.size());
  for (const Stair& stair : climbed) deferred.emplace_back(program, rows, inputs, stair.without);
  std::vector<Side> sides{{"eager", [&] { at_once.step(); }}};
  for (size_t i = 0; i < climbed.size(); ++i) sides.push_back({climbed[i].name, [&, i] { deferred[i].step(); }});
  take_turns(sides, seconds);
  json result{{"eager", times_of(sides[0])}, {"stairs", json::array()}};
  result["eager"].update(work_of(at_once));
  for (size_t i = 0; i < climbed.size(); ++i) {
    json stair{{"name", climbed[i].name}, {"compile_ms", deferred[i].compile_ms}};
    stair.update(times_of(sides[i + 1]));
    stair.update(work_of(deferred[i].compiled->session().executable()));
    result["stairs"].push_back(stair);
  }
  result["deferred"] = result["stairs"].back();
  result["steps_until_paid"] = steps_until_paid(result["eager"], result["deferred"]);
  return result;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count < 5) throw st::UserError("bench_eager_vs_deferred takes MODEL BATCH DEPTH SECONDS [stairs]");
    const std::string name = arguments[1];
    const int64_t rows = std::atol(arguments[2]), depth = std::atol(arguments[3]);
    const double seconds = std::atof(arguments[4]);
    bench::with_case(name, depth, [&](const auto& what) {
      json line{{"model", name}, {"batch", rows}, {"depth", depth}};
      line.update(measure(what, rows, seconds, count > 5));
      std::printf("%s\n", line.dump().c_str());
    });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
