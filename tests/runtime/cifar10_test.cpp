// CIFAR-10: where it is looked for, what is checked, the files as published.
#include "runtime/data/cifar10.h"

#include "runtime/data/drawn_shapes.h"
#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;
using namespace stator::data;
using tests::error_of;

TEST_CASE("a file is read as it was written, and several make one set") {
  const tests::TemporaryFolder folder;
  const ImageSet three = draw_shapes(3, 1, 0), two = draw_shapes(2, 2, 0);
  write_cifar10(three, folder / "data_batch_1.bin");
  write_cifar10(two, folder / "data_batch_2.bin");
  write_cifar10(two, folder / "test_batch.bin");
  CHECK(read_cifar10(folder / "data_batch_1.bin").images == three.images);
  const ImageData data = load_cifar10(folder.path(), 0);
  CHECK(describe(data.train.images) == "u8 [5, 3, 32, 32]");
  CHECK(data.train.images.slice(0, 3, 5) == two.images);
  CHECK(data.train.labels.slice(0, 0, 3) == three.labels);
  CHECK(data.test.labels == two.labels);
  CHECK(data.test.source == folder.path());
}

TEST_CASE("without data shapes are drawn, and say so") {
  const tests::TemporaryFolder working;
  const tests::WorkingFolder here(working.path());
  const tests::Environment variable("STATOR_DATA", nullptr);
  CHECK(load_cifar10("", 0).train.source == "drawn shapes (built in)");
}

TEST_CASE("what is missing or damaged is named") {
  const tests::TemporaryFolder folder;
  CHECK(error_of([&] { load_cifar10(folder.path(), 0); }) ==
        concat(folder.path(), ": no CIFAR-10 there: '", folder / "data_batch_1.bin", "' does not exist"));
  write_cifar10(draw_shapes(1, 0, 0), folder / "data_batch_1.bin");
  CHECK_THAT(error_of([&] { load_cifar10(folder.path(), 0); }), ContainsSubstring("test_batch.bin' does not exist"));
  const std::string cut = folder.file("cut.bin", std::string(3000, '\0'));
  CHECK(error_of([&] { read_cifar10(cut); }) ==
        cut + ": not a CIFAR-10 file: its 3000 bytes are no multiple of 3073, a label and an image");
  const std::string bad = folder.file("bad.bin", "\x0c" + std::string(3072, '\0'));
  CHECK(error_of([&] { read_cifar10(bad); }) == bad + ": label 0 is 12, not below 10");
}

TEST_CASE("the published images have the usual means") {
  const auto folder = tests::shared_data("cifar10");
  if (!folder) {
    WARN("skipped: cifar10 is not in $STATOR_DATA");
    return;
  }
  const ImageData data = load_cifar10(*folder, 0);
  CHECK(data.train.size() == 10000);
  CHECK(data.test.size() == 1000);
  for (int channel = 0; channel < 3; ++channel) {
    double sum = 0;
    const NdArray plane = data.train.images.select(1, channel).contiguous();
    for (const uint8_t pixel : plane.values<uint8_t>()) sum += pixel;
    const double mean = sum / 255 / static_cast<double>(plane.element_count());
    CHECK(std::abs(mean - static_cast<double>(cifar10_normalisation[static_cast<size_t>(channel)].mean)) < .01);
  }
}
