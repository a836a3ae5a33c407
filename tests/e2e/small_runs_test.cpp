// The examples in small: each trains for a few steps, and tells its figures.
#include <cmath>

#include "runtime/data/cifar10.h"
#include "runtime/data/drawn_digits.h"
#include "runtime/data/drawn_shapes.h"
#include "runtime/data/png.h"
#include "runtime/data/text_set.h"
#include "tests/e2e/run_example.h"
#include "tests/runtime/idx_files.h"

namespace stator::tests {

namespace {

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

/// A set of 40 drawn shapes to train on and 20 to test with, as CIFAR-10's files.
void write_shapes(const TemporaryFolder& folder) {
  data::write_cifar10(data::draw_shapes(40, 0, 0), folder / "data_batch_1.bin");
  data::write_cifar10(data::draw_shapes(20, 0, 1), folder / "test_batch.bin");
}

}  // namespace

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

TEST_CASE("a run with factors of bf16 learns as one with f32 does") {
  const TemporaryFolder folder;
  write_digits(folder);
  const auto loss_at = [&](const std::string& precision) {
    const nlohmann::json figures =
        figures_of("mnist_convnet", {"--data", folder.path(), "--epochs", "2", "--precision", precision});
    return figures["epochs"][1]["train_loss"].get<double>();
  };
  const double plain = loss_at("f32"), rounded = loss_at("bf16");
  CHECK(rounded != plain);
  CHECK(rounded == Approx(plain).epsilon(0.02));
}

TEST_CASE("a run with a profile writes a trace and prints a table") {
  const TemporaryFolder folder;
  write_digits(folder);
  const std::string trace = folder / "trace.json";
  const Outcome outcome = run("mlp_mnist", {"--data", folder.path(), "--epochs", "1", "--profile", trace});
  INFO(outcome.errors << outcome.out);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("matmul, add, relu") != std::string::npos);
  CHECK(nlohmann::json::parse(read_file(trace))["traceEvents"].size() > 20);
  CHECK(run("mlp_mnist", {"--profile", "/nonexistent/trace.json"}).code == 1);
}

TEST_CASE("denoise: the error falls below the noise's, and the picture shows noisy, denoised and true digits") {
  const TemporaryFolder folder;
  write_digits(folder);
  const std::string picture = folder / "digits.png";
  const std::vector<std::string> few{"--data", folder.path(), "--epochs", "4", "--batch", "8", "--picture", picture};
  const nlohmann::json figures = figures_of("denoise", few);
  CHECK(figures["noisy_mse"].get<double>() == Approx(.25).epsilon(.05));
  CHECK(figures["denoised_mse"].get<double>() < .15);
  CHECK(describe(data::read_png(picture)) == "u8 [84, 224]");
}

TEST_CASE("cifar_resnet: trains with a partial last batch, and tells its accuracy") {
  const TemporaryFolder folder;
  write_shapes(folder);
  const nlohmann::json figures =
      figures_of("cifar_resnet", {"--data", folder.path(), "--epochs", "2", "--batch", "16"});
  CHECK(figures["epochs"].size() == 2);
  CHECK(figures["data"] == folder.path());
  CHECK(figures["test_accuracy"].get<double>() >= 0);
}

TEST_CASE("resnet18: one step and one prediction") {
  const TemporaryFolder folder;
  write_shapes(folder);
  const nlohmann::json figures = figures_of("resnet18", {"--data", folder.path(), "--batch", "2"});
  CHECK(figures["steps"].size() == 1);
  CHECK(figures["train_loss"].get<double>() == Approx(std::log(1000)).epsilon(.15));
}

TEST_CASE("the character models: the loss starts at that of a guess, falls, and text is written") {
  const TemporaryFolder folder;
  const std::string text = folder.file("text.txt", data::write_sentences(3000, 0));
  for (const char* name : {"char_gpt", "char_lstm"}) {
    INFO(name);
    const nlohmann::json figures = figures_of(name, {"--data", text, "--steps", "12", "--batch", "4"});
    CHECK(figures["val_loss"].get<double>() < std::log(65));
    CHECK(figures["text"].get<std::string>().size() == 500);
  }
}

}  // namespace stator::tests
