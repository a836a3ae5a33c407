// Shuffling, gathering and normalising.
#include "runtime/data/batches.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "runtime/hash.h"
#include "runtime/philox.h"
#include "runtime/text.h"

namespace stator::data {

Batches::Batches(const ImageSet& set, const BatchOptions& options)
    : images_(set.images.contiguous()), labels_(set.labels.contiguous()), options_(options) {
  if (options.rows < 1) throw UserError(concat("batches: ", options.rows, " rows in a batch is below 1"));
  const bool fits = images_.dtype() == DType::u8 && images_.rank() > 1 && labels_.dtype() == DType::i64 &&
                    labels_.rank() == 1 && images_.extent(0) == labels_.extent(0);
  if (!fits)
    throw UserError(concat("batches: images must be u8 [N, ...] with labels i64 [N], but are ", describe(images_),
                           " with ", describe(labels_)));
  const auto channels = static_cast<int64_t>(options.normalisation.size());
  if (channels != 1 && (images_.rank() != 4 || images_.extent(1) != channels))
    throw UserError(concat("batches: ", channels, " normalisations do not fit images ", describe(images_)));
  for (const auto [mean, deviation] : options.normalisation) {
    auto& channel = normalised_.emplace_back();
    for (size_t pixel = 0; pixel < 256; ++pixel)
      channel[pixel] = (static_cast<float>(pixel) / 255.0f - mean) / deviation;
  }
  order_epoch();
}

int64_t Batches::batches_per_epoch() const { return (image_count() + options_.rows - 1) / options_.rows; }

void Batches::set_position(Position position) {
  if (position.epoch < 0 || position.batch < 0 || position.batch > batches_per_epoch())
    throw UserError(concat("batches: epoch ", position.epoch, ", batch ", position.batch, " is no position among ",
                           batches_per_epoch(), " batches"));
  const bool other_epoch = position.epoch != position_.epoch;
  position_ = position;
  if (other_epoch) order_epoch();
}

void Batches::order_epoch() {
  order_.resize(static_cast<size_t>(image_count()));
  std::iota(order_.begin(), order_.end(), int64_t{0});
  if (options_.order == Order::sequential) return;
  const RandomStream stream{options_.seed, static_cast<uint32_t>(position_.epoch), fnv1a_32("shuffle")};
  for (size_t i = order_.size(); i-- > 1;) {
    const size_t other = uint64_t{stream.word(i)} * (i + 1) >> 32;
    std::swap(order_[i], order_[other]);
  }
}

void Batches::write_row(int64_t image, float* pixels, int64_t& label) const {
  const int64_t count = images_.element_count() / image_count();
  const uint8_t* source = images_.data<uint8_t>() + image * count;
  const int64_t plane = count / static_cast<int64_t>(normalised_.size());
  for (const auto& channel : normalised_)
    for (int64_t i = 0; i < plane; ++i) *pixels++ = channel[*source++];
  label = labels_.data<int64_t>()[image];
}

int64_t Batches::next(float* images, int64_t* labels) {
  const int64_t first = position_.batch * options_.rows;
  const int64_t valid = std::clamp<int64_t>(image_count() - first, 0, options_.rows);
  if (valid == 0) return 0;
  const int64_t count = images_.element_count() / image_count();
  for (int64_t row = 0; row < options_.rows; ++row) {
    const auto source = static_cast<size_t>(row < valid ? first + row : first);
    write_row(order_[source], images + row * count, labels[row]);
  }
  ++position_.batch;
  return valid;
}

}  // namespace stator::data
