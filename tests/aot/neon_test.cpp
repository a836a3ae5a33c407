// NEON code, made here and run under qemu-user: training steps against the interpreter.
#include <sys/wait.h>

#include <cstdlib>
#include <cstring>

#include "compiler/aot/library.h"
#include "compiler/interface/interpret.h"
#include "runtime/atomic_file.h"
#include "runtime/session.h"
#include "tests/aot/small_models.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/compare.h"
#include "tests/ops/torch_cases.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

constexpr long most_rows = 3, rows = 2;

bool runs(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool has_tools() {
  if (runs("clang-19 --version >/dev/null 2>&1 && ld.lld --version >/dev/null 2>&1 && qemu-aarch64 --version "
           ">/dev/null"))
    return true;
  WARN("skipped: clang-19, lld or qemu-aarch64 is not here");
  return false;
}

std::string bytes_of(const NdArray& array) {
  return std::string(reinterpret_cast<const char*>(array.bytes()), static_cast<size_t>(array.size_bytes()));
}

struct Step {
  float loss = 0;
  State state;
};

/// One training step of NEON code from `start`, on a batch of fewer rows than the library's.
Step step_on_arm(const ProgramGraph& program, const State& start, const NdArray& input0, const NdArray& input1,
                 const std::string& precision = "f32") {
  const TemporaryFolder folder;
  const aot::Library library(program, {.name = "model",
                                       .functions = {"train_step"},
                                       .bindings = {{symbol::batch, {most_rows}}},
                                       .targets = {"aarch64"},
                                       .precision = precision,
                                       .freestanding = true});
  write_file_atomically(folder / "model.h", library.header());
  write_file_atomically(folder / "model.o", library.object());
  const std::string input0_type = input0.dtype() == DType::f32 ? "float" : "int64_t";
  REQUIRE(runs(
      "clang-19 --target=aarch64-linux-gnu -std=c11 -O1 -Wall -Wextra -Werror -pedantic -ffreestanding "
      "-fno-builtin -nostdlib -static -fuse-ld=lld -DROWS=" +
      std::to_string(rows) + " -DINPUT0=" + input0_type + " -DINPUT1=int64_t -I" STATOR_ROOT " -I'" + (folder / "") +
      "' " STATOR_ROOT "/tests/aot/step_on_arm.c '" + (folder / "model.o") + "' -o '" + (folder / "step") + "'"));
  start.save(folder / "start");
  const std::string saved = read_file(folder / "start");
  const int64_t saved_bytes = std::ssize(saved);
  const std::string size(reinterpret_cast<const char*>(&saved_bytes), sizeof saved_bytes);
  write_file_atomically(folder / "in", size + saved + bytes_of(input0) + bytes_of(input1));
  REQUIRE(runs("qemu-aarch64 '" + (folder / "step") + "' <'" + (folder / "in") + "' >'" + (folder / "out") + "'"));
  const std::string out = read_file(folder / "out");
  Step step{0, start.clone()};
  std::memcpy(&step.loss, out.data(), sizeof step.loss);
  write_file_atomically(folder / "end", out.substr(sizeof step.loss));
  step.state.load(folder / "end");
  return step;
}

/// Compares with the interpreter's step on a batch of just those rows.
void check_step(const ProgramGraph& program, const NdArray& input0, const NdArray& input1) {
  const State start = State::init(program.slots, 4);
  std::vector<TensorValue> expected;
  for (const Slot& slot : program.slots) expected.push_back(tensor_of(start.get(slot.name.str())));
  const double loss = interpret(program, "train_step", {batch = rows}, {tensor_of(input0), tensor_of(input1)}, expected,
                                {{"seed", 4}})[0]
                          .elements[0];
  const Step step = step_on_arm(program, start, input0, input1);
  CHECK(step.loss == Approx(loss).epsilon(1e-5));
  for (size_t i = 0; i < expected.size(); ++i) {
    INFO(program.slots[i].name.view());
    CHECK(error_of(step.state.get(program.slots[i].name.str()), expected[i]) <= 1e-5);
  }
}

/// Compares a step of bf16 factors with x86-64's: a factor close to the middle of two numbers may become either.
void check_bf16_step(const ProgramGraph& program, const NdArray& input0, const NdArray& input1) {
  const State start = State::init(program.slots, 4);
  State expected = start.clone();
  Session session(compile(program, {batch = rows}, {.target = "x86-64", .precision = "bf16", .cache = "off"}), 1);
  const NdArray* inputs[]{&input0, &input1};
  const double loss = session.call(session.index_of("train_step"), expected, inputs)[0].item();
  const Step step = step_on_arm(program, start, input0, input1, "bf16");
  CHECK(step.loss == Approx(loss).epsilon(1e-4));
  for (const Slot& slot : program.slots) {
    INFO(slot.name.view());
    CHECK(error_of(step.state.get(slot.name.str()), expected.get(slot.name.str())) <= 5e-3);
  }
}

}  // namespace

TEST_CASE("NEON code trains convolutions as the interpreter does") {
  if (!has_tools()) return;
  const Batch given = digit_batches(1, rows)[0];
  check_step(models::convnet.graph(), given.images, given.labels);
  check_step(small.graph(), given.images, given.labels);
}

TEST_CASE("NEON code trains models of text as the interpreter does") {
  if (!has_tools()) return;
  check_step(small_gpt.graph(), tokens(rows, 0), tokens(rows, 3));
  check_step(small_lstm.graph(), tokens(rows, 0), tokens(rows, 3));
}

TEST_CASE("NEON code multiplies factors of bf16 as x86-64 code does") {
  if (!has_tools()) return;
  const Batch given = digit_batches(1, rows)[0];
  check_bf16_step(small.graph(), given.images, given.labels);
  check_bf16_step(small_gpt.graph(), tokens(rows, 0), tokens(rows, 3));
}

}  // namespace stator::tests
