// The bar and the lines.
#include "runtime/train/progress.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

namespace stator {

constexpr int64_t batches_per_line = 10;
constexpr int bar_width = 30;
constexpr std::chrono::milliseconds redraw_time{50};

Progress::Progress(int64_t epochs, int64_t batches, std::FILE* out, std::string round)
    : Progress(epochs, batches, ::isatty(::fileno(out)) == 1 ? Form::bar : Form::lines, out, std::move(round)) {}

Progress::Progress(int64_t epochs, int64_t batches, Form form, std::FILE* out, std::string round)
    : epochs_(epochs), batches_(batches), round_(std::move(round)), form_(form), out_(out) {}

void Progress::batch(int64_t epoch, int64_t batch, double loss) {
  if (form_ == Form::bar) return draw_bar(epoch, batch, loss);
  if (batch % batches_per_line != 0) return;
  std::fprintf(out_, "%s %lld/%lld  batch %lld/%lld  loss %.4f\n", round_.c_str(), static_cast<long long>(epoch),
               static_cast<long long>(epochs_), static_cast<long long>(batch), static_cast<long long>(batches_), loss);
  std::fflush(out_);
}

void Progress::draw_bar(int64_t epoch, int64_t batch, double loss) {
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && batch < batches_ && now - last_drawn_ < redraw_time) return;
  const int64_t filled = batches_ > 0 ? std::clamp<int64_t>(bar_width * batch / batches_, 0, bar_width) : bar_width;
  std::string bar(static_cast<size_t>(filled), '=');
  bar.resize(bar_width, ' ');
  std::fprintf(out_, "\r\x1b[K%s %lld/%lld [%s] %lld/%lld  loss %.4f", round_.c_str(), static_cast<long long>(epoch),
               static_cast<long long>(epochs_), bar.c_str(), static_cast<long long>(batch),
               static_cast<long long>(batches_), loss);
  std::fflush(out_);
  drawn_ = true;
  last_drawn_ = now;
}

void Progress::clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", out_);
  std::fflush(out_);
  drawn_ = false;
}

}  // namespace stator
