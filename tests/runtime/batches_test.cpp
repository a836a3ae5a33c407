// Batches: every image once, normalised, in an order that the seed and the epoch give.
#include "runtime/data/batches.h"

#include <algorithm>
#include <numeric>

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;
using namespace stator::data;

namespace {

/// Ten images of which image i has pixels i and label i.
ImageSet ten_images() {
  ImageSet set{NdArray::empty(DType::u8, {10, 28, 28}), NdArray::empty(DType::i64, {10}), "test"};
  for (int64_t i = 0; i < 10; ++i) {
    std::fill_n(set.images.data<uint8_t>() + i * 784, 784, static_cast<uint8_t>(i));
    set.labels.data<int64_t>()[i] = i;
  }
  return set;
}

struct Buffers {
  std::vector<float> images = std::vector<float>(4 * 784, -1);
  std::vector<int64_t> labels = std::vector<int64_t>(4, -1);
};

std::vector<int64_t> labels_of_epoch(Batches& batches) {
  std::vector<int64_t> all;
  Buffers buffers;
  while (const int64_t valid = batches.next(buffers.images.data(), buffers.labels.data()))
    all.insert(all.end(), buffers.labels.begin(), buffers.labels.begin() + valid);
  return all;
}

}  // namespace

TEST_CASE("in order: whole batches, then a partial one whose other rows copy its first") {
  const ImageSet set = ten_images();
  Batches batches(set, {.rows = 4, .order = Order::sequential, .normalisation = {{0.1302f, 0.3069f}}});
  CHECK(batches.batches_per_epoch() == 3);
  Buffers buffers;
  CHECK(batches.next(buffers.images.data(), buffers.labels.data()) == 4);
  CHECK(buffers.labels == std::vector<int64_t>{0, 1, 2, 3});
  CHECK(buffers.images[3 * 784 + 5] == (3 / 255.0f - 0.1302f) / 0.3069f);
  CHECK(batches.next(buffers.images.data(), buffers.labels.data()) == 4);
  CHECK(batches.next(buffers.images.data(), buffers.labels.data()) == 2);
  CHECK(buffers.labels == std::vector<int64_t>{8, 9, 8, 8});
  CHECK(buffers.images[3 * 784] == buffers.images[0]);
  CHECK(batches.next(buffers.images.data(), buffers.labels.data()) == 0);
}

TEST_CASE("shuffled: every image once an epoch, each epoch another order, the same from the same seed") {
  const ImageSet set = ten_images();
  Batches batches(set, {.rows = 4, .seed = 5}), same(set, {.rows = 4, .seed = 5}), other(set, {.rows = 4, .seed = 6});
  const auto first = labels_of_epoch(batches);
  batches.start_next_epoch();
  const auto second = labels_of_epoch(batches);
  CHECK(first != second);
  CHECK(first == labels_of_epoch(same));
  CHECK(first != labels_of_epoch(other));
  auto sorted = second;
  std::sort(sorted.begin(), sorted.end());
  std::vector<int64_t> all(10);
  std::iota(all.begin(), all.end(), 0);
  CHECK(sorted == all);
}

TEST_CASE("a position resumes a run") {
  const ImageSet set = ten_images();
  Batches batches(set, {.rows = 4, .seed = 5}), resumed(set, {.rows = 4, .seed = 5});
  batches.start_next_epoch();
  Buffers buffers;
  batches.next(buffers.images.data(), buffers.labels.data());
  resumed.set_position(batches.position());
  CHECK(batches.position() == Batches::Position{1, 1});
  CHECK(labels_of_epoch(resumed) == labels_of_epoch(batches));
}

TEST_CASE("each channel has its own normalisation, or all the same") {
  ImageSet set{NdArray::empty(DType::u8, {1, 3, 2, 2}), NdArray::zeros(DType::i64, {1}), "test"};
  std::fill_n(set.images.data<uint8_t>(), 12, uint8_t{51});
  std::vector<float> pixels(12);
  int64_t label = 0;
  const auto first_batch = [&](std::vector<Normalisation> normalisation) {
    Batches(set, {.rows = 1, .normalisation = std::move(normalisation)}).next(pixels.data(), &label);
    return pixels;
  };
  CHECK(first_batch({{0, 1}, {0.2f, 1}, {0, 0.5f}}) ==
        std::vector<float>{.2f, .2f, .2f, .2f, 0, 0, 0, 0, .4f, .4f, .4f, .4f});
  CHECK(first_batch({{0, 0.5f}}) == std::vector<float>(12, .4f));
  CHECK(tests::error_of([&] { first_batch({{}, {}}); }) ==
        "batches: 2 normalisations do not fit images u8 [1, 3, 2, 2]");
}

TEST_CASE("batches that cannot be are refused") {
  const ImageSet set = ten_images();
  CHECK(tests::error_of([&] { Batches(set, {.rows = 0}); }) == "batches: 0 rows in a batch is below 1");
  ImageSet fewer = set;
  fewer.labels = set.labels.slice(0, 0, 9);
  CHECK(tests::error_of([&] { Batches(fewer, {}); }) ==
        "batches: images must be u8 [N, ...] with labels i64 [N], but are u8 [10, 28, 28] with i64 [9]");
  Batches batches(set, {.rows = 4});
  CHECK(tests::error_of([&] { batches.set_position({0, 4}); }) ==
        "batches: epoch 0, batch 4 is no position among 3 batches");
  CHECK_FALSE(tests::error_of([&] { batches.set_position({-1, 0}); }).empty());
}

TEST_CASE("an empty set has no batches") {
  const ImageSet set{NdArray::zeros(DType::u8, {0, 28, 28}), NdArray::zeros(DType::i64, {0}), "none"};
  Batches batches(set, {});
  CHECK(batches.next(nullptr, nullptr) == 0);
}
