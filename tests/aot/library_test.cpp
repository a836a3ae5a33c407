// A library made ahead of time against the JIT told to use the same target: every bit is the same.
#include <sys/mman.h>

#include <cstring>
#include <thread>

#include "compiler/aot/library.h"
#include "compiler/interface/graph_file.h"
#include "digits.h"
#include "runtime/atomic_file.h"
#include "runtime/error.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/run.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

/// The targets of the library `digits` that this host has: its number and its name.
std::vector<std::pair<int32_t, std::string>> library_targets() {
  std::vector<std::pair<int32_t, std::string>> targets;
#if defined(__x86_64__)
  const std::pair<int32_t, std::string> all[]{{DIGITS_TARGET_X86_64_V2, "x86-64-v2"},
                                              {DIGITS_TARGET_X86_64_V3, "x86-64-v3"},
                                              {DIGITS_TARGET_X86_64_V4, "x86-64-v4"}};
#else
  const std::pair<int32_t, std::string> all[]{{DIGITS_TARGET_AARCH64, "aarch64"}};
#endif
  const std::vector<std::string> host = host_targets();
  for (const auto& [number, name] : all)
    if (name == "x86-64-v2" || std::find(host.begin(), host.end(), name) != host.end())
      targets.push_back({number, name});
  return targets;
}

/// A state and an arena of the library.
struct Blocks {
  AlignedBuffer state = AlignedBuffer::zeroed(DIGITS_STATE_BYTES), arena = AlignedBuffer::zeroed(DIGITS_ARENA_BYTES);

  std::string saved() const {
    std::string bytes(DIGITS_SAVED_BYTES, '\0');
    REQUIRE(digits_save(state.data(), bytes.data(), DIGITS_SAVED_BYTES) == DIGITS_OK);
    return bytes;
  }
};

std::string bytes_of(const State& state) {
  const TemporaryFolder folder;
  state.save(folder / "state");
  return read_file(folder / "state");
}

State state_of(const std::string& bytes) {
  const TemporaryFolder folder;
  State state = init(models::convnet, seed(0));
  state.load(folder.file("saved", bytes));
  return state;
}

CompileOptions options_for(const std::string& target) {
  CompileOptions options = test_options();
  options.target = target;
  return options;
}

void check_predict(int32_t target, const std::string& name, long bound, int64_t rows) {
  INFO(name << " with " << rows << " rows");
  const Batch given = digit_batches(1, rows)[0];
  State state = init(models::convnet, seed(5));
  auto compiled = compile<"predict">(models::convnet, batch = bound, options_for(name));
  const NdArray expected = compiled.template call<"predict">(state, given.images).contiguous();
  Blocks blocks;
  REQUIRE(digits_init(blocks.state.data(), 5) == DIGITS_OK);
  digits_predict_options options = DIGITS_PREDICT_DEFAULTS;
  options.target = target;
  std::vector<float> scores(static_cast<size_t>(rows) * 10 + 1, 123.0f);
  REQUIRE(digits_predict(blocks.state.data(), blocks.arena.data(), given.images.data<float>(), scores.data(), rows,
                         &options) == DIGITS_OK);
  CHECK(std::memcmp(scores.data(), expected.bytes(), static_cast<size_t>(expected.size_bytes())) == 0);
  CHECK(scores.back() == 123.0f);
}

}  // namespace

TEST_CASE("starting values are those of the runtime") {
  Blocks blocks;
  REQUIRE(digits_init(blocks.state.data(), 5) == DIGITS_OK);
  CHECK(same_bits(state_of(blocks.saved()), init(models::convnet, seed(5))));
}

TEST_CASE("predictions have the bits of the JIT at each target and batch size") {
  for (const auto& [target, name] : library_targets()) {
    check_predict(target, name, 1, 1);
    check_predict(target, name, 32, 32);
    check_predict(target, name, 32, 7);
  }
}

TEST_CASE("training steps have the bits of the JIT, the short last batch too") {
  for (const auto& [target, name] : library_targets()) {
    INFO(name);
    State state = init(models::convnet, seed(6));
    auto compiled = compile<"train_step">(models::convnet, batch = 32, options_for(name));
    Blocks blocks;
    REQUIRE(digits_init(blocks.state.data(), 6) == DIGITS_OK);
    digits_train_step_options options = DIGITS_TRAIN_STEP_DEFAULTS;
    options.target = target;
    options.lr = 0.25f;
    std::vector<Batch> batches = digit_batches(3, 32);
    batches[2] = batches[2].rows(0, 9);
    for (const Batch& given : batches) {
      const auto loss = static_cast<float>(compiled.step(state, given.images, given.labels, {.lr = 0.25}));
      float ours = 0;
      REQUIRE(digits_train_step(blocks.state.data(), blocks.arena.data(), given.images.data<float>(),
                                given.labels.data<int64_t>(), &ours, given.labels.extent(0), &options) == DIGITS_OK);
      CHECK(ours == loss);
    }
    CHECK(same_bits(state_of(blocks.saved()), state));
  }
}

TEST_CASE("a state that the runtime saved goes on in the library") {
  const State state = init(models::convnet, seed(11));
  const std::string bytes = bytes_of(state);
  Blocks blocks;
  REQUIRE(digits_load(blocks.state.data(), bytes.data(), std::ssize(bytes)) == DIGITS_OK);
  const State back = state_of(blocks.saved());
  CHECK(same_bits(back, state));
  CHECK(back.seed() == 11);
}

TEST_CASE("parallel regions run where the caller says, and bits stay") {
  const Batch given = digit_batches(1, 32)[0];
  Blocks blocks;
  REQUIRE(digits_init(blocks.state.data(), 5) == DIGITS_OK);
  std::vector<float> alone(320), shared(320);
  int regions = 0;
  digits_predict_options options = DIGITS_PREDICT_DEFAULTS;
  options.pool = &regions;
  options.parallel = [](void* pool, digits_kernel kernel, const void* context, int64_t chunks) {
    ++*static_cast<int*>(pool);
    std::thread odd([&] {
      for (int64_t i = 1; i < chunks; i += 2) kernel(context, i);
    });
    for (int64_t i = 0; i < chunks; i += 2) kernel(context, i);
    odd.join();
  };
  const float* images = given.images.data<float>();
  REQUIRE(digits_predict(blocks.state.data(), blocks.arena.data(), images, alone.data(), 32, nullptr) == DIGITS_OK);
  REQUIRE(digits_predict(blocks.state.data(), blocks.arena.data(), images, shared.data(), 32, &options) == DIGITS_OK);
  CHECK(regions > 0);
  CHECK(alone == shared);
}

TEST_CASE("calls at a time with an arena each may share a state") {
  const std::vector<Batch> given = digit_batches(2, 32);
  Blocks blocks;
  REQUIRE(digits_init(blocks.state.data(), 5) == DIGITS_OK);
  auto scores_of = [&](size_t i) {
    AlignedBuffer arena = AlignedBuffer::zeroed(DIGITS_PREDICT_ARENA_BYTES);
    std::vector<float> scores(320);
    digits_predict(blocks.state.data(), arena.data(), given[i].images.data<float>(), scores.data(), 32, nullptr);
    return scores;
  };
  const std::vector<float> expected[]{scores_of(0), scores_of(1)};
  std::vector<float> together[2];
  std::thread other([&] {
    for (int round = 0; round < 20; ++round) together[0] = scores_of(0);
  });
  for (int round = 0; round < 20; ++round) together[1] = scores_of(1);
  other.join();
  CHECK(together[0] == expected[0]);
  CHECK(together[1] == expected[1]);
}

TEST_CASE("an arena has the bytes that the header says, and all of them are needed") {
  const Batch given = digit_batches(1, 32)[0];
  constexpr size_t page = 4096, size = DIGITS_TRAIN_STEP_ARENA_BYTES, pages = (size + page - 1) / page * page;
  void* mapped = mmap(nullptr, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(mapped != MAP_FAILED);
  auto* begin = static_cast<unsigned char*>(mapped);
  REQUIRE(mprotect(begin + pages, page, PROT_NONE) == 0);
  unsigned char* arena = begin + (pages - size);  // a byte beyond it would end the test
  std::fill_n(arena, size, 0xAB);
  Blocks blocks;
  REQUIRE(digits_init(blocks.state.data(), 5) == DIGITS_OK);
  float loss = 0;
  for (int64_t rows : {32, 31})
    REQUIRE(digits_train_step(blocks.state.data(), arena, given.images.data<float>(), given.labels.data<int64_t>(),
                              &loss, rows, nullptr) == DIGITS_OK);
  CHECK(std::count(arena + size - 512, arena + size, 0xAB) < 512);
  munmap(mapped, pages + page);
}

TEST_CASE("bad input gives an error code") {
  const Batch given = digit_batches(1, 32)[0];
  Blocks blocks;
  float scores[320], loss = 0;
  std::byte *state = blocks.state.data(), *arena = blocks.arena.data();
  const float* images = given.images.data<float>();
  CHECK(digits_predict(state, arena, images, scores, 32, nullptr) == DIGITS_WRONG_STATE);
  CHECK(digits_init(nullptr, 0) == DIGITS_NULL_POINTER);
  CHECK(digits_init(state + 4, 0) == DIGITS_MISALIGNED);
  REQUIRE(digits_init(state, 0) == DIGITS_OK);
  CHECK(digits_predict(nullptr, arena, images, scores, 32, nullptr) == DIGITS_NULL_POINTER);
  CHECK(digits_predict(state, nullptr, images, scores, 32, nullptr) == DIGITS_NULL_POINTER);
  CHECK(digits_predict(state, arena + 32, images, scores, 32, nullptr) == DIGITS_MISALIGNED);
  CHECK(digits_predict(state, arena, nullptr, scores, 32, nullptr) == DIGITS_NULL_POINTER);
  CHECK(digits_predict(state, arena, images, nullptr, 32, nullptr) == DIGITS_NULL_POINTER);
  for (int64_t rows : {int64_t{-1}, int64_t{0}, int64_t{33}, INT64_MAX, INT64_MIN})
    CHECK(digits_predict(state, arena, images, scores, rows, nullptr) == DIGITS_ROWS_OUT_OF_RANGE);
  digits_predict_options options = DIGITS_PREDICT_DEFAULTS;
  options.target = 17;
  CHECK(digits_predict(state, arena, images, scores, 32, &options) == DIGITS_UNKNOWN_TARGET);
  std::vector<int64_t> labels(32, 0);
  labels[31] = 10;
  const std::string before = blocks.saved();
  CHECK(digits_train_step(state, arena, images, labels.data(), &loss, 32, nullptr) == DIGITS_LABEL_OUT_OF_RANGE);
  CHECK(blocks.saved() == before);
  CHECK(digits_train_step(state, arena, images, labels.data(), &loss, 31, nullptr) == DIGITS_OK);
  CHECK(digits_check(state, DIGITS_STATE_BYTES) == DIGITS_OK);
  state[0] ^= std::byte{1};  // a state of another model, or of another version of it
  CHECK(digits_predict(state, arena, images, scores, 32, nullptr) == DIGITS_WRONG_STATE);
  CHECK(digits_check(state, DIGITS_STATE_BYTES) == DIGITS_WRONG_STATE);
  state[0] ^= std::byte{1};
  CHECK(digits_check(state, DIGITS_STATE_BYTES - 1) == DIGITS_WRONG_SIZE);
  CHECK(digits_check(nullptr, DIGITS_STATE_BYTES) == DIGITS_NULL_POINTER);
  CHECK(digits_check(arena, DIGITS_ARENA_BYTES) == DIGITS_WRONG_STATE);
  CHECK(std::string(digits_strerror(DIGITS_WRONG_STATE)) == "the state was not made by this model");
  CHECK(std::string(digits_strerror(-3)) == "not an error of this library");
}

TEST_CASE("a damaged or foreign file gives an error code, and the state stays") {
  Blocks blocks;
  REQUIRE(digits_init(blocks.state.data(), 3) == DIGITS_OK);
  const std::string whole = blocks.saved();
  auto load = [&](const std::string& bytes) {
    return digits_load(blocks.state.data(), bytes.data(), std::ssize(bytes));
  };
  for (size_t size : {size_t{0}, size_t{7}, size_t{8}, size_t{300}, whole.size() - 1}) {
    INFO(size);
    CHECK(load(whole.substr(0, size)) != DIGITS_OK);
  }
  for (size_t at = 0; at < 1200; ++at) {  // a header with any byte changed may load or not, but never reads beyond it
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x15);
    load(changed);
  }
  REQUIRE(load(whole) == DIGITS_OK);
  std::string other = whole;
  other.replace(other.find("conv1.bias"), 10, "conv9.bias");
  CHECK(load(other) == DIGITS_WRONG_FILE);
  other = whole;
  other.replace(other.find("[16,1,3,3]"), 10, "[16,1,9,1]");
  CHECK(load(other) == DIGITS_WRONG_FILE);
  CHECK(digits_save(blocks.state.data(), other.data(), DIGITS_SAVED_BYTES - 1) == DIGITS_WRONG_SIZE);
  CHECK(blocks.saved() == whole);
}

TEST_CASE("options that do not fit are told before anything is compiled") {
  const ProgramGraph program = models::convnet.graph();
  auto library = [&](aot::LibraryOptions options) { aot::Library made(program, options); };
  CHECK_THROWS_WITH(library({.name = "9", .targets = {"x86-64"}}), "aot: the name '9' is no C identifier");
  CHECK_THROWS_WITH(library({.name = "n", .targets = {"x86-64", "aarch64"}}),
                    "aot: targets 'aarch64' and 'x86-64' are of two architectures; make a library for each");
  CHECK_THROWS_WITH(library({.name = "n", .functions = {"guess"}, .targets = {"x86-64"}}),
                    "compile: the program has no function 'guess'");
  CHECK_THROWS_WITH(aot::parse_binding("batch=1,x"), "bind: 'batch=1,x' holds 'x', not whole numbers of at least 1");
  CHECK_THROWS_WITH(aot::parse_binding("rows=1"), "bind: no symbol is called 'rows'");
}

TEST_CASE("a budget for the arena is kept or told") {
  aot::LibraryOptions options{
      .name = "n", .functions = {"predict"}, .bindings = {{symbol::batch, {1}}}, .targets = {"x86-64"}};
  options.max_arena_bytes = 1000;
  CHECK_THROWS_WITH(
      aot::Library(models::convnet.graph(), options),
      ContainsSubstring("more than the 1000 allowed: 149760 at its widest point, 'winograd_convolution, add, "
                        "relu of conv2', and 0 for batches"));
}

TEST_CASE("a freestanding library needs nothing of libm, or is refused") {
  struct Nothing {};
  constexpr auto curve = program<Nothing>(function<"f", Tensor<f64, 4>>([](const auto&, auto x) { return exp(x); }));
  CHECK_THROWS_WITH(aot::Library(curve.graph(), {.name = "n", .targets = {"x86-64"}, .freestanding = true}),
                    "aot: a freestanding library cannot have exp, which only libm has");
}

}  // namespace stator::tests
