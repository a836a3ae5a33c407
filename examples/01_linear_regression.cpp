// A line is fitted to noisy points by gradient descent, and compared with the closed-form least-squares solution.
#include <cmath>
#include <cstdio>
#include <utility>

#include "examples/frame/compile.h"
#include "examples/frame/training.h"
#include "runtime/cli/run_main.h"
#include "runtime/philox.h"

namespace st = stator;

namespace {

constexpr int points = 100;

using Points = st::Tensor<st::f32, points, 1>;

constexpr auto regression = st::program<st::Linear<1, 1>>(st::train_step<Points, Points>(
    [](const auto& line, auto x, auto y) { return mse_loss(line(x), y); }, st::SGD{.lr = 0.01}));

/// x and y of points about y = 3 x + 2, [points, 1] each.
std::pair<st::NdArray, st::NdArray> noisy_points(uint64_t seed) {
  st::NdArray x = st::NdArray::zeros(st::DType::f32, {points, 1}), y = x.clone();
  const st::RandomStream draws{seed, 0, 0};
  for (int i = 0; i < points; ++i) {
    x.data<float>()[i] = st::normal(draws, 2 * i);
    y.data<float>()[i] = static_cast<float>(3 * x.data<float>()[i] + 2 + 0.5 * st::normal(draws, 2 * i + 1));
  }
  return {x, y};
}

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

/// Tells both lines. Gives main's result.
int compare(const Line& found, const Line& best) {
  std::printf("found:          w = %.6f, b = %.6f\n", found.w, found.b);
  std::printf("least squares:  w = %.6f, b = %.6f\n", best.w, best.b);
  const bool agree = std::abs(found.w - best.w) <= 1e-4 && std::abs(found.b - best.b) <= 1e-4;
  std::puts(agree ? "they agree to 1e-4" : "they differ by more than 1e-4: try more steps or another learning rate");
  return agree ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  return st::cli::run_main(argc, argv, [](int count, char** arguments) {
    examples::Options options{.name = "linear_regression",
                              .description = "Fits a line to 100 points by its gradient.",
                              .steps = 5000,
                              .lr = 0.01,
                              .threads = 1};
    options.parse(count, arguments);
    examples::Report report(options);
    auto state = st::init(regression, st::seed(options.seed));
    auto compiled = examples::compile(options, report, regression);
    if (!options.dump.empty()) return 0;

    const auto [x, y] = noisy_points(static_cast<uint64_t>(options.seed));
    examples::Course course{.data = "drawn points", .round = "step", .steps = *options.steps, .steps_per_round = 1000};
    course.train = [&, &x = x, &y = y](int64_t) {
      return examples::StepLoss{compiled.step(state, x, y, {.lr = options.lr}), points};
    };
    course.judge = [&] { return examples::Figures{{"w", line_of(state).w}, {"b", line_of(state).b}}; };
    examples::train(options, course, state, report);
    report.write();
    return compare(line_of(state), least_squares(x, y));
  });
}
