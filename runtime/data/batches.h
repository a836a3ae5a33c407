// Mini-batches of an image set: shuffled or in order, normalised, written where the caller says.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "runtime/data/image_set.h"

namespace stator::data {

enum class Order { sequential, shuffled };

struct BatchOptions {
  int64_t rows = 32;
  Order order = Order::shuffled;
  uint64_t seed = 0;
  std::vector<Normalisation> normalisation = {{}};  // one for all pixels, or one for each channel
};

/// Walks over an image set, epoch after epoch. The order of an epoch depends on the seed and its number alone
/// (Fisher-Yates, draw i of Philox with the epoch as step), so a run resumes where its position says.
class Batches {
 public:
  struct Position {
    int64_t epoch = 0;
    int64_t batch = 0;  // within the epoch; the next to be given
    bool operator==(const Position&) const = default;
  };

  /// Keeps a view of `set`'s arrays. Errors: UserError where rows are below 1, or images, labels and normalisations do
  /// not fit together.
  Batches(const ImageSet& set, const BatchOptions& options);

  int64_t rows() const { return options_.rows; }
  int64_t image_count() const { return labels_.element_count(); }
  int64_t batches_per_epoch() const;
  Position position() const { return position_; }
  /// Errors: UserError where the epoch is below 0, or the batch outside [0, batches_per_epoch()].
  void set_position(Position position);
  /// The first batch of the next epoch comes next.
  void start_next_epoch() { set_position({position_.epoch + 1, 0}); }

  /// Writes the next batch: `images` f32 [rows, pixels of an image], `labels` i64 [rows]. Gives the number of valid
  /// rows, fewer than `rows` in the last batch, and 0 at the end of the epoch. Rows past the valid ones are copies of
  /// the first.
  int64_t next(float* images, int64_t* labels);

 private:
  void order_epoch();
  void write_row(int64_t image, float* pixels, int64_t& label) const;

  NdArray images_;
  NdArray labels_;
  BatchOptions options_;
  std::vector<std::array<float, 256>> normalised_;  // per channel, what each pixel becomes
  std::vector<int64_t> order_;
  Position position_;
};

}  // namespace stator::data
