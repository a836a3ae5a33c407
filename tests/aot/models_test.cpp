// Libraries of other models than the ConvNet: the JIT's bits, and functions of two symbols.
#include "tests/aot/loaded_library.h"
#include "tests/aot/small_models.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

constexpr long most_rows = 4, rows = 3;

using Init = int32_t(void*, uint64_t);
using Save = int32_t(const void*, void*, int64_t);
using TrainStep = int32_t(void*, void*, const void*, const void*, float*, int64_t, const void*);

/// Two training steps on a batch that is not full, by the library and by the JIT.
template <class P> void check_steps(const P& program, const NdArray& input0, const NdArray& input1) {
  const LoadedLibrary library(
      program.graph(),
      {.functions = {"train_step"}, .bindings = {{symbol::batch, {most_rows}}}, .targets = {"native"}});
  AlignedBuffer state = AlignedBuffer::zeroed(library.constant("STATE_BYTES"));
  AlignedBuffer arena = AlignedBuffer::zeroed(library.constant("TRAIN_STEP_ARENA_BYTES"));
  REQUIRE(library.function<Init>("init")(state.data(), 9) == 0);
  State expected = init(program, seed(9));
  auto compiled = compile<"train_step">(program, batch = most_rows, test_options());
  for (int step = 0; step < 2; ++step) {
    float loss = 0;
    REQUIRE(library.function<TrainStep>("train_step")(state.data(), arena.data(), input0.bytes(), input1.bytes(), &loss,
                                                      rows, nullptr) == 0);
    CHECK(loss == static_cast<float>(compiled.step(expected, input0, input1)));
  }
  std::string saved(static_cast<size_t>(library.constant("SAVED_BYTES")), '\0');
  REQUIRE(library.function<Save>("save")(state.data(), saved.data(), std::ssize(saved)) == 0);
  const TemporaryFolder folder;
  State made = init(program, seed(0));
  made.load(folder.file("saved", saved));
  CHECK(same_bits(made, expected));
}

}  // namespace

TEST_CASE("libraries of other models train with the JIT's bits") {
  const Batch given = digit_batches(1, rows)[0];
  check_steps(small, given.images, given.labels);
  check_steps(small_gpt, tokens(rows, 0), tokens(rows, 3));
  check_steps(small_lstm, tokens(rows, 0), tokens(rows, 3));
}

TEST_CASE("a function of two symbols takes the smallest variant that has room for both") {
  struct Nothing {};
  constexpr auto sums =
      program<Nothing>(function<"sums", Tensor<f32, batch, steps>>([](const auto&, auto x) { return sum<1>(x); }));
  const LoadedLibrary library(sums.graph(),
                              {.bindings = {{symbol::batch, {1, 4}}, {symbol::steps, {2, 8}}}, .targets = {"native"}});
  CHECK(library.constant("SUMS_MOST_BATCH") == 4);
  CHECK(library.constant("SUMS_MOST_STEPS") == 8);
  auto* call =
      library.function<int32_t(const void*, void*, const float*, float*, int64_t, int64_t, const void*)>("sums");
  AlignedBuffer state = AlignedBuffer::zeroed(library.constant("STATE_BYTES"));
  AlignedBuffer arena = AlignedBuffer::zeroed(library.constant("SUMS_ARENA_BYTES"));
  REQUIRE(library.function<Init>("init")(state.data(), 0) == 0);
  std::vector<float> x(32), y(4);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  for (int64_t n : {1, 3, 4}) {
    for (int64_t t : {1, 2, 7, 8}) {
      INFO(n << " by " << t);
      REQUIRE(call(state.data(), arena.data(), x.data(), y.data(), n, t, nullptr) == 0);
      for (int64_t row = 0; row < n; ++row)
        CHECK(y[static_cast<size_t>(row)] == static_cast<float>(t * (2 * row * t + t - 1) / 2));
    }
  }
  CHECK(call(state.data(), arena.data(), x.data(), y.data(), 4, 9, nullptr) != 0);
}

}  // namespace stator::tests
