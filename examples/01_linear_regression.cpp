// A line is fitted to noisy points by gradient descent, and compared with the closed-form least-squares solution.
#include <stator/stator.h>

#include <cmath>
#include <cstdio>

#include "runtime/cli/cli.h"
#include "runtime/philox.h"

namespace st = stator;

namespace {

constexpr int points = 100;

using Points = st::Tensor<st::f32, points, 1>;

constexpr auto regression = st::program<st::Linear<1, 1>>(st::train_step<Points, Points>(
    [](const auto& line, auto x, auto y) { return mse_loss(line(x), y); }, st::SGD{.lr = 0.01}));

struct Line {
  double w = 0, b = 0;
};

/// The line with the least sum of squared errors. Source: the normal equations.
Line least_squares(const st::NdArray& x, const st::NdArray& y) {
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (int i = 0; i < points; ++i) {
    const double xi = x.data<float>()[i], yi = y.data<float>()[i];
    sx += xi, sy += yi, sxx += xi * xi, sxy += xi * yi;
  }
  const double w = (points * sxy - sx * sy) / (points * sxx - sx * sx);
  return {w, (sy - w * sx) / points};
}

Line line_of(const st::State& state) { return {state.get("weight").item(), state.get("bias").item()}; }

}  // namespace

int main(int argc, char** argv) {
  return st::cli::run_main(argc, argv, [](int count, char** arguments) {
    int64_t epochs = 100, seed = 0, threads = 1;
    double lr = 0.01;
    std::string dump;
    st::cli::Parser parser("linear_regression", "Fits y = 3 x + 2 + noise.");
    parser.option("--epochs", epochs, "full-batch steps before the first look", st::cli::at_least(0))
        .option("--seed", seed, "of the points and the first guess")
        .option("--threads", threads, "threads that compute; 0: one for each core", st::cli::between(0, 1024))
        .option("--lr", lr, "learning rate", st::cli::at_least(0))
        .option("--dump", dump, "print the IR after this phase, and stop");
    parser.parse(count, arguments);

    st::NdArray x = st::NdArray::zeros(st::DType::f32, {points, 1}), y = x.clone();
    st::RandomStream draws{static_cast<uint64_t>(seed), 0, 0};
    for (int i = 0; i < points; ++i) {
      x.data<float>()[i] = st::normal(draws, 2 * i);
      y.data<float>()[i] = static_cast<float>(3 * x.data<float>()[i] + 2 + 0.5 * st::normal(draws, 2 * i + 1));
    }

    auto state = st::init(regression, st::seed(seed));
    auto train = st::compile(regression, st::CompileOptions{.threads = static_cast<int>(threads), .dump = dump});
    if (!dump.empty()) return 0;
    for (int64_t i = 0; i < epochs; ++i) train.step(state, x, y, {.lr = lr});
    const Line early = line_of(state);
    std::printf("after %ld epochs: w = %.4f, b = %.4f\n", long(epochs), early.w, early.b);

    for (int i = 0; i < 5000; ++i) train.step(state, x, y, {.lr = lr});
    const Line found = line_of(state), best = least_squares(x, y);
    std::printf("converged:        w = %.6f, b = %.6f\nleast squares:    w = %.6f, b = %.6f\n", found.w, found.b,
                best.w, best.b);
    const bool agree = std::abs(found.w - best.w) <= 1e-4 && std::abs(found.b - best.b) <= 1e-4;
    std::printf(agree ? "they agree to 1e-4\n"
                      : "they differ by more than 1e-4: try more steps or another learning rate\n");
    return agree ? 0 : 1;
  });
}
