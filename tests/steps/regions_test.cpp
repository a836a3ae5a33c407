// How often the threads of a step meet: once for kernels that do not need each other, never for a small step.
#include <cstdlib>
#include <cstring>

#include "examples/models/convnet.h"
#include "examples/models/mlp.h"
#include "tests/catch.h"
#include "tests/ops/run.h"
#include "tests/steps/small_models.h"

namespace stator::tests {

namespace {

/// Regions of a step that threads share: those of more than one chunk, each as often as its loops run it.
int64_t shared_regions(const StepTable& table) {
  int64_t shared = 0, chunks = 0;
  for (int64_t step = 0; step < table.step_count(); ++step) {
    const int64_t* numbers = &table.steps[static_cast<size_t>(StepTable::step_numbers * step)];
    chunks += numbers[1];
    if (numbers[4] > 0) continue;
    int64_t times = chunks > 1 ? 1 : 0;
    for (const StepLoop& loop : table.loops) times *= loop.first <= step && step < loop.last ? loop.rounds : 1;
    shared += times, chunks = 0;
  }
  return shared;
}

/// A step called as other languages call it, on inputs that are all zeros.
class BareStep {
 public:
  BareStep(const Executable& executable, const CompiledFunction& function) : function_(function) {
    state_ = zeros(executable.state_bytes), arena_ = zeros(function.arena_bytes);
    for (const TensorFacts& input : function.inputs) inputs_.push_back(zeros(input.size_bytes()));
    for (const TensorFacts& result : function.results) results_.push_back(zeros(result.size_bytes()));
    arguments_.resize(function.arguments.size() + 1);
  }

  /// Gives how often the step called `parallel`; the state and the results are then those of one step.
  int64_t run() {
    std::vector<const void*> inputs;
    std::vector<void*> results;
    for (auto& input : inputs_) inputs.push_back(input.get());
    for (auto& result : results_) results.push_back(result.get());
    int64_t meetings = 0;
    auto meet = [](void* count, StatorKernel kernel, const StatorCall* call, int64_t chunks) {
      ++*static_cast<int64_t*>(count);
      for (int64_t chunk = chunks; chunk-- > 0;) kernel(call, chunk);
    };
    const StatorCall call{state_.get(),      arena_.get(), inputs.data(), results.data(),
                          arguments_.data(), meet,         &meetings};
    function_.entry(&call);
    return meetings;
  }

 private:
  using Bytes = std::unique_ptr<void, decltype(&std::free)>;

  static Bytes zeros(int64_t bytes) {
    const size_t size = (static_cast<size_t>(bytes) + 64) / 64 * 64;
    Bytes memory(std::aligned_alloc(64, size), &std::free);
    std::memset(memory.get(), 0, size);
    return memory;
  }

  const CompiledFunction& function_;
  Bytes state_{nullptr, &std::free}, arena_{nullptr, &std::free};
  std::vector<Bytes> inputs_, results_;
  std::vector<int64_t> arguments_;
};

template <class P> int64_t regions_of(const P& program, bool joined) {
  CompileOptions options = test_options();
  if (!joined) options.disabled_phases = {"lower-cpu"};
  auto compiled = compile<"train_step">(program, batch = 32, options);
  const Executable& executable = compiled.session().executable();
  const CompiledFunction& step = executable.function("train_step");
  const int64_t planned = shared_regions(step.table);
  CHECK(BareStep(executable, step).run() == planned);
  return planned;
}

}  // namespace

TEST_CASE("kernels that do not need each other share a region") {
  CHECK(regions_of(models::mlp, true) < regions_of(models::mlp, false));
  CHECK(regions_of(models::convnet, true) < regions_of(models::convnet, false));
}

TEST_CASE("a step too small to gain from threads never meets them") { CHECK(regions_of(small_mlp, true) == 0); }

}  // namespace stator::tests
