// Each op's derivative against central differences in f64 along random directions.
#include <cmath>
#include <random>

#include "tests/catch.h"
#include "tests/interpret/one_op.h"

namespace stator::tests {
namespace {

struct GradientCase {
  OneOp op;
  double low = -2, high = 2;  // the operands' domain
};

std::vector<GradientCase> elementwise_cases() {
  const std::string t = "tensor<2x3xf64>";
  std::vector<GradientCase> cases;
  auto add = [&](OneOp op, const std::string& domain) {  // where logarithms and inverse sines are both defined
    const bool real = domain == "real";
    cases.push_back({std::move(op), real ? 0.3 : -2.0, real ? 0.9 : 2.0});
  };
#define STATOR_UNARY(NAME, DOMAIN, ...) add({"stator." #NAME " %0", {t}, t}, #DOMAIN);
#define STATOR_BINARY(NAME, DOMAIN, ...) add({"stator." #NAME " %0, %1", {t, t}, t}, #DOMAIN);
#include "compiler/interface/ops/elementwise.def"
  std::erase_if(cases, [](const GradientCase& test) {  // of means alone, and of what no shift changes
    return test.op.name() == "squared_deviation" || test.op.name() == "shifted_gradient";
  });
  cases.push_back({{"stator.where %0, %1, %2", {"tensor<2x3xi1>", t, t}, t}});
  cases.push_back({{"stator.cast %0", {"tensor<2x3xf64>"}, "tensor<2x3xf32>"}});
  return cases;
}

std::vector<GradientCase> movement_cases() {
  return {
      {{"stator.broadcast %0", {"tensor<2x1x3xf64>"}, "tensor<2x4x3xf64>"}},
      {{"stator.reshape %0", {"tensor<2x6xf64>"}, "tensor<3x4xf64>"}},
      {{"stator.permute %0 {axes = array<i64: 2, 0, 1>}", {"tensor<2x3x4xf64>"}, "tensor<4x2x3xf64>"}},
      {{"stator.slice %0 {start = array<i64: 1, 0>, stop = array<i64: 6, -1>, step = array<i64: 2, 1>}",
        {"tensor<7x3xf64>"},
        "tensor<3x3xf64>"}},
      {{"stator.pad %0 {low = array<i64: 1, 0>, high = array<i64: 2, 0>, interior = array<i64: 1, 0>, value = 3.0}",
        {"tensor<3x2xf64>"},
        "tensor<8x2xf64>"}},
      {{"stator.flip %0 {axes = array<i64: 0, 1>}", {"tensor<3x2xf64>"}, "tensor<3x2xf64>"}},
      {{"stator.sum %0 {axes = array<i64: 0, 2>}", {"tensor<2x3x4xf64>"}, "tensor<1x3x1xf64>"}},
      {{"stator.max %0 {axes = array<i64: 1>}", {"tensor<2x5xf64>"}, "tensor<2x1xf64>"}},
  };
}

std::vector<GradientCase> contraction_cases() {
  const std::string attributes =
      " {stride = array<i64: 2, 1>, padding = array<i64: 1, 0, 2, 1>, dilation = array<i64: 1, 2>, groups = 2 : i64}";
  const std::string x = "tensor<2x4x5x4xf64>", w = "tensor<6x2x3x2xf64>", y = "tensor<2x6x2x5xf64>";
  const std::string window =
      " {kernel = array<i64: 3, 2>, stride = array<i64: 2, 1>, padding = array<i64: 1, 1, 1, 1>, dilation = "
      "array<i64: 1, 1>, axes =";
  const std::string last = " array<i64: 1, 2>", first = " array<i64: 2, 3>", divisor = ", divisor = 5 : i64}";
  const std::string image = "tensor<2x3x5x4xf64>", pooled = "tensor<2x3x3x5xf64>";
  return {
      {{"stator.matmul %0, %1", {"tensor<3x4xf64>", "tensor<4x2xf64>"}, "tensor<3x2xf64>"}},
      {{"stator.matmul %0, %1", {"tensor<2x3x4xf64>", "tensor<2x4x2xf64>"}, "tensor<2x3x2xf64>"}},
      {{"stator.conv2d %0, %1" + attributes, {x, w}, y}},
      {{"stator.conv2d_input_grad %0, %1" + attributes, {y, w}, x}},
      {{"stator.conv2d_weight_grad %0, %1" + attributes, {x, y}, w}},
      {{"stator.max_pool2d %0" + window + first + "}", {image}, pooled}},
      {{"stator.avg_pool2d %0" + window + first + divisor, {image}, pooled}},
      {{"stator.avg_pool2d %0" + window + last + divisor, {"tensor<2x5x4x3xf64>"}, "tensor<2x3x5x3xf64>"}},
      {{"stator.avg_pool2d_grad %0" + window + first + divisor, {pooled}, image}},
  };
}

std::vector<GradientCase> all_cases() {
  std::vector<GradientCase> cases = elementwise_cases();
  for (auto family : {movement_cases(), contraction_cases()}) cases.insert(cases.end(), family.begin(), family.end());
  return cases;
}

std::vector<double> draws(std::mt19937& random, size_t count, double low, double high) {
  std::uniform_real_distribution<double> uniform(low, high);
  std::vector<double> values(count);
  for (double& value : values) value = uniform(random);
  return values;
}

std::vector<std::vector<double>> moved(std::vector<std::vector<double>> values,
                                       const std::vector<std::vector<double>>& direction, double step) {
  for (size_t i = 0; i < values.size(); ++i)
    for (size_t j = 0; j < values[i].size(); ++j) values[i][j] += step * direction[i][j];
  return values;
}

void check(const GradientCase& test, std::mt19937& random) {
  std::vector<std::vector<double>> values, direction;
  for (const std::string& type : test.op.operands) {
    bool truth = type.find("xi1") != std::string::npos;
    size_t count = value_of(type, {}).elements.size();
    values.push_back(draws(random, count, test.low, test.high));
    direction.push_back(draws(random, count, truth ? 0 : -1, truth ? 0 : 1));
    if (truth)
      for (double& value : values.back()) value = value > 0;
  }
  auto weights = draws(random, value_of(test.op.result, {}).elements.size(), -1, 1);
  WeightedSum at = differentiated(test.op, values, weights);
  double along = 0, terms = 0;
  size_t next = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (test.op.operands[i].find("xi1") != std::string::npos) continue;
    const std::vector<double>& gradient = at.gradients[next++];
    for (size_t j = 0; j < gradient.size(); ++j)
      along += gradient[j] * direction[i][j], terms += std::abs(gradient[j] * direction[i][j]);
  }
  const double step = 1e-6;
  double up = differentiated(test.op, moved(values, direction, step), weights).loss;
  double down = differentiated(test.op, moved(values, direction, -step), weights).loss;
  INFO(test.op.text);
  CHECK(std::abs((up - down) / (2 * step) - along) <= 1e-7 * (terms + std::abs(at.loss) + 1));
}

}  // namespace

TEST_CASE("each derivative agrees with central differences") {
  std::mt19937 random(0);
  for (const GradientCase& test : all_cases())
    for (int direction = 0; direction < 3; ++direction) check(test, random);
}

TEST_CASE("equal values share the gradient") {
  OneOp max{"stator.max %0 {axes = array<i64: 0>}", {"tensor<4xf64>"}, "tensor<1xf64>"};
  CHECK(differentiated(max, {{3, 1, 3, 2}}, {1}).gradients[0] == std::vector<double>{0.5, 0, 0.5, 0});
  OneOp maximum{"stator.maximum %0, %1", {"tensor<3xf64>", "tensor<3xf64>"}, "tensor<3xf64>"};
  WeightedSum sum = differentiated(maximum, {{1, 2, 3}, {3, 2, 1}}, {1, 1, 1});
  CHECK(sum.gradients[0] == std::vector<double>{0, 0.5, 1});
  CHECK(sum.gradients[1] == std::vector<double>{1, 0.5, 0});
}

TEST_CASE("max_pool2d's gradient goes to the first of equal values") {
  OneOp pool{
      "stator.max_pool2d %0 {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, "
      "dilation = array<i64: 1, 1>, axes = array<i64: 2, 3>}",
      {"tensor<1x1x2x4xf64>"},
      "tensor<1x1x1x2xf64>"};
  CHECK(differentiated(pool, {{0, 0, 1, 2, 0, 0, 2, 2}}, {5, 7}).gradients[0] ==
        std::vector<double>{5, 0, 0, 7, 0, 0, 0, 0});
}

}  // namespace stator::tests
