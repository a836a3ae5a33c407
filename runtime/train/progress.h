// Telling how far a training run is.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace stator {

/// On a terminal a bar that is redrawn in place; elsewhere a line after every 10th batch:
/// `epoch 1/2  batch 10/1875  loss 0.4321`. `round` is what an epoch is called.
class Progress {
 public:
  enum class Form { bar, lines };

  /// Chooses by whether `out` is a terminal.
  Progress(int64_t epochs, int64_t batches, std::FILE* out = stdout, std::string round = "epoch");
  Progress(int64_t epochs, int64_t batches, Form form, std::FILE* out, std::string round = "epoch");

  /// After a batch: epoch and batch count from 1. A bar is redrawn at most 20 times a second, and after the last batch.
  void batch(int64_t epoch, int64_t batch, double loss);
  /// Takes the bar away, so that other lines can be printed.
  void clear();

 private:
  void draw_bar(int64_t epoch, int64_t batch, double loss);

  int64_t epochs_;
  int64_t batches_;
  std::string round_;
  Form form_;
  std::FILE* out_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_drawn_{};
};

}  // namespace stator
