// The examples as programs: bad input is one sentence and exit code 1 or 2, and loses nothing.
#include <sys/wait.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compiler/pipeline/phases.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/run.h"
#include "tests/runtime/idx_files.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

struct Outcome {
  int code = -1;
  std::string out, errors;
};

/// Runs an example of the build with these arguments, as a shell would.
Outcome run(const std::string& example, const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  std::string command = "'" STATOR_EXAMPLES "/" + example + "'";
  for (const std::string& argument : arguments) command += " '" + argument + "'";
  command += " >'" + (folder / "out") + "' 2>'" + (folder / "errors") + "' </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder / "out"), read_file(folder / "errors")};
}

/// Code 1 or 2, and one line that has all of `parts`.
void check_refusal(const Outcome& outcome, const std::vector<std::string>& parts) {
  INFO(outcome.errors << outcome.out);
  CHECK((outcome.code == 1 || outcome.code == 2));
  CHECK(outcome.out.empty());
  CHECK(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
  for (const std::string& part : parts) CHECK_THAT(outcome.errors, ContainsSubstring(part));
}

/// The figures of a run that must succeed.
nlohmann::json figures_of(const std::string& example, std::vector<std::string> arguments) {
  const TemporaryFolder folder;
  arguments.insert(arguments.end(), {"--json", folder / "run.json"});
  const Outcome outcome = run(example, arguments);
  INFO(outcome.errors << outcome.out);
  REQUIRE(outcome.code == 0);
  nlohmann::json figures = nlohmann::json::parse(read_file(folder / "run.json"));
  CHECK(figures["example"] == example);
  for (const char* cost : {"step_us_median", "compile_ms", "first_step_ms", "peak_rss_mb"})
    CHECK(figures[cost].get<double>() > 0);
  return figures;
}

/// A set of 70 drawn digits to train on and 40 to test with, as MNIST's files.
void write_digits(const TemporaryFolder& folder) {
  const auto write = [&](const std::string& half, int64_t count, uint32_t part) {
    const data::ImageSet set = data::draw_digits(count, 0, part);
    const auto* pixels = reinterpret_cast<const char*>(set.images.data<uint8_t>());
    std::string labels;
    for (const int64_t label : set.labels.values<int64_t>()) labels += static_cast<char>(label);
    const auto rows = static_cast<uint32_t>(count);
    folder.file(half + "-images-idx3-ubyte", idx(8, {rows, 28, 28}, std::string(pixels, set.images.size_bytes())));
    folder.file(half + "-labels-idx1-ubyte", idx(8, {rows}, labels));
  };
  write("train", 70, 0);
  write("t10k", 40, 1);
}

}  // namespace

TEST_CASE("options out of their range are refused") {
  check_refusal(run("mnist_convnet", {"--batch", "0"}), {"--batch", "0"});
  check_refusal(run("mnist_convnet", {"--epochs", "-1"}), {"--epochs", "-1"});
  check_refusal(run("mnist_convnet", {"--threads", "x"}), {"--threads", "x"});
  check_refusal(run("mnist_convnet", {"--fly", "1"}), {"--fly"});
  check_refusal(run("mnist_convnet", {"--dump", "melt"}), {"melt"});
  check_refusal(run("mnist_convnet", {"--target", "pdp-11"}), {"pdp-11"});
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

TEST_CASE("a run tells its figures, and goes on where it was saved as if never interrupted") {
  const TemporaryFolder folder;
  write_digits(folder);
  const std::vector<std::string> whole{"--data", folder.path(), "--epochs",
                                       "2",      "--save",      folder / "whole.safetensors"};
  const nlohmann::json figures = figures_of("mlp_mnist", whole);
  CHECK(figures["data"] == folder.path());
  CHECK(figures["epochs"].size() == 2);
  CHECK(figures["test_accuracy"] == figures["epochs"][1]["test_accuracy"]);
  CHECK(figures["test_accuracy"].get<double>() > .1);

  const std::string half = folder / "half.safetensors";
  figures_of("mlp_mnist", {"--data", folder.path(), "--epochs", "1", "--save", half});
  const nlohmann::json rest = figures_of("mlp_mnist", {"--data", folder.path(), "--load", half, "--save", half});
  CHECK(rest["epochs"].size() == 1);
  CHECK(rest["test_loss"] == figures["test_loss"]);
  CHECK(read_file(half) == read_file(folder / "whole.safetensors"));
}

TEST_CASE("every phase can be printed") {
  for (const PhaseFacts& phase : phases) {
    const Outcome outcome = run("mlp_mnist", {"--dump", std::string(phase.name)});
    INFO(phase.name << ": " << outcome.errors);
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.out, ContainsSubstring("train_step"));
  }
}

}  // namespace stator::tests
