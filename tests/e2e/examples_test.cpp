// The examples as programs: bad input is one sentence and exit code 1 or 2, and loses nothing.
#include <algorithm>
#include <string>
#include <vector>

#include "compiler/pipeline/phases.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/e2e/run_example.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

/// Code 1 or 2, and one line that has all of `parts`.
void check_refusal(const Outcome& outcome, const std::vector<std::string>& parts) {
  INFO(outcome.errors << outcome.out);
  CHECK((outcome.code == 1 || outcome.code == 2));
  CHECK(outcome.out.empty());
  CHECK(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
  for (const std::string& part : parts) CHECK_THAT(outcome.errors, ContainsSubstring(part));
}

}  // namespace

TEST_CASE("options out of their range are refused") {
  check_refusal(run("mnist_convnet", {"--batch", "0"}), {"--batch", "0"});
  check_refusal(run("mnist_convnet", {"--epochs", "-1"}), {"--epochs", "-1"});
  check_refusal(run("mnist_convnet", {"--threads", "x"}), {"--threads", "x"});
  check_refusal(run("mnist_convnet", {"--fly", "1"}), {"--fly"});
  check_refusal(run("mnist_convnet", {"--dump", "melt"}), {"melt"});
  check_refusal(run("mnist_convnet", {"--target", "pdp-11"}), {"pdp-11"});
  check_refusal(run("mnist_convnet", {"--precision", "f16"}), {"f16", "bf16"});
}

TEST_CASE("data that is missing or damaged is refused") {
  const TemporaryFolder folder;
  check_refusal(run("mnist_convnet", {"--data", folder / "nowhere"}), {"nowhere"});
  check_refusal(run("mnist_convnet", {"--data", folder.path()}), {"train-images-idx3-ubyte"});
  for (const char* name :
       {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
    folder.file(name, "these are not digits");
  check_refusal(run("mlp_mnist", {"--data", folder.path()}), {"train-images-idx3-ubyte"});
  folder.file("train-images-idx3-ubyte", std::string("\0\0\x08\x03\0\0\0\x09\0\0\0\x1c\0\0\0\x1c short", 22));
  check_refusal(run("mlp_mnist", {"--data", folder.path()}), {"train-images-idx3-ubyte"});
}

TEST_CASE("a picture that cannot be written is refused before the work") {
  check_refusal(run("denoise", {"--picture", "/nowhere/digits.png"}), {"/nowhere/digits.png"});
}

TEST_CASE("a checkpoint of another model is refused with what differs") {
  const TemporaryFolder folder;
  init(models::convnet, seed(0)).save(folder / "convnet.safetensors");
  check_refusal(run("mlp_mnist", {"--load", folder / "convnet.safetensors"}), {"convnet.safetensors", "conv1.weight"});
  check_refusal(run("mlp_mnist", {"--load", folder / "nothing.safetensors"}), {"nothing.safetensors"});
  check_refusal(run("mlp_mnist", {"--load", folder.file("text.safetensors", "no checkpoint")}), {"text.safetensors"});
}

TEST_CASE("an output that cannot be written is refused before the work") {
  check_refusal(run("mnist_convnet", {"--save", "/nowhere/state.safetensors"}), {"/nowhere/state.safetensors"});
  check_refusal(run("mnist_convnet", {"--json", "/nowhere/run.json"}), {"/nowhere/run.json"});
}

TEST_CASE("the line agrees with the least-squares solution") {
  const Outcome outcome = run("linear_regression", {});
  INFO(outcome.errors << outcome.out);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("they agree to 1e-4"));
}

TEST_CASE("every phase can be printed") {
  for (const PhaseFacts& phase : phases) {
    const Outcome outcome = run("mlp_mnist", {"--dump", std::string(phase.name)});
    INFO(phase.name << ": " << outcome.errors);
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.out, ContainsSubstring("train_step"));
  }
}

TEST_CASE("a kernel can be printed, from its ops to its instructions") {
  const Outcome outcome = run("mlp_mnist", {"--dump", "kernel0", "--target", "x86-64"});
  INFO(outcome.errors);
  REQUIRE(outcome.code == 0);
  for (const char* text : {"// test.train_step.kernel0: contraction, matmul, add, relu; layers: fc1; ",
                           "stator.fusion kind \"contraction\"", "func.func @test.train_step.kernel0(",
                           "\ntest.train_step.kernel0:\n", "mulps", "retq"})
    CHECK_THAT(outcome.out, ContainsSubstring(text));
  CHECK(outcome.out.find("kernel1") == std::string::npos);
  CHECK_THAT(run("mlp_mnist", {"--dump", "*.kernel*"}).out, ContainsSubstring("\ntest.train_step.kernel1:\n"));
  check_refusal(run("mlp_mnist", {"--dump", "kernel1000"}), {"kernel1000", "kernel0", "plan-memory"});
}

}  // namespace stator::tests
