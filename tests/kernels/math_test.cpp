// How far the vector math functions are from the true values, in units in the last place of f32.
#include <bit>
#include <cmath>
#include <cstdio>
#include <vector>

#include "compiler/cpu/single_kernel.h"
#include "compiler/kernels/index_builder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "tests/catch.h"

namespace {

using namespace stator;
using kernels::IndexBuilder;
using mlir::Value;

constexpr int64_t count = 1 << 16;

using Build = Value (*)(mlir::OpBuilder&, mlir::Location, Value);

template <class Op> Value build(mlir::OpBuilder& b, mlir::Location l, Value x) { return b.create<Op>(l, x); }

/// y[i] = op(x[i]) for `count` elements, a vector at a time.
cpu::SingleKernel compileMap(Build op, const cpu::Target& target) {
  cpu::KernelBuffer buffers[]{{count, 32}, {count, 32}};
  return cpu::compileSingleKernel(
      buffers, target, [&](mlir::OpBuilder& b, mlir::Location l, mlir::ValueRange arguments) {
        IndexBuilder ix{b, l};
        auto type = mlir::VectorType::get({target.lanes()}, b.getF32Type());
        ix.loop(ix.constant(0), ix.constant(count), target.lanes(), {}, [&](Value i, mlir::ValueRange) {
          Value x = b.create<mlir::vector::LoadOp>(l, type, arguments[0], i);
          b.create<mlir::vector::StoreOp>(l, op(b, l, x), arguments[1], i);
          return kernels::Values{};
        });
      });
}

/// |got - want| in units of the spacing of f32 at `want`.
double ulps(float got, double want) {
  if (std::isnan(want)) return std::isnan(got) ? 0 : INFINITY;
  float nearest = static_cast<float>(want);
  if (got == nearest) return 0;
  if (std::isinf(nearest) || std::isnan(got)) return INFINITY;
  double spacing = std::max(std::ldexp(1.0, std::ilogb(want) - 23), std::ldexp(1.0, -126 - 23));
  return std::fabs(got - want) / spacing;
}

struct Function {
  const char* name;
  Build build;
  double (*truth)(double);
  double low, high;
  double most;  ///< ulps
};

double rsqrt(double x) { return 1 / std::sqrt(x); }

const Function functions[]{
    {"exp", build<mlir::math::ExpOp>, std::exp, -104, 88.7, 1},
    {"exp near 0", build<mlir::math::ExpOp>, std::exp, -0.5, 0.5, 1},
    {"exp2", build<mlir::math::Exp2Op>, std::exp2, -150, 127.9, 1.5},
    {"expm1", build<mlir::math::ExpM1Op>, std::expm1, -20, 88.7, 4},
    {"log", build<mlir::math::LogOp>, std::log, 0x1p-126, 1e30, 4},
    {"log near 1", build<mlir::math::LogOp>, std::log, 0.5, 2, 4},
    {"log1p", build<mlir::math::Log1pOp>, std::log1p, -0.999, 10, 4},
    {"log1p near 0", build<mlir::math::Log1pOp>, std::log1p, -1e-3, 1e-3, 4},
    {"log2", build<mlir::math::Log2Op>, std::log2, 1e-30, 1e30, 4},
    {"tanh", build<mlir::math::TanhOp>, std::tanh, -10, 10, 4},
    {"tanh near 0", build<mlir::math::TanhOp>, std::tanh, -1e-2, 1e-2, 4},
    {"erf", build<mlir::math::ErfOp>, std::erf, -5, 5, 2},
    {"erf near 0", build<mlir::math::ErfOp>, std::erf, -1e-2, 1e-2, 1.5},
    {"sqrt", build<mlir::math::SqrtOp>, std::sqrt, 0, 1e6, 0.51},
    {"rsqrt", build<mlir::math::RsqrtOp>, rsqrt, 1e-6, 1e6, 4},
    {"sin", build<mlir::math::SinOp>, std::sin, -3.2, 3.2, 4},
    {"sin of many turns", build<mlir::math::SinOp>, std::sin, -1000, 1000, 4},
    {"cos", build<mlir::math::CosOp>, std::cos, -3.2, 3.2, 4},
    {"cos of many turns", build<mlir::math::CosOp>, std::cos, -1000, 1000, 4},
    {"atan", build<mlir::math::AtanOp>, std::atan, -20, 20, 4},
};

double worstUlps(const Function& function, const cpu::Target& target) {
  auto kernel = compileMap(function.build, target);
  std::vector<float> x(count), y(count);
  for (int64_t i = 0; i < count; ++i)
    x[i] = static_cast<float>(function.low + (function.high - function.low) * static_cast<double>(i) / (count - 1));
  kernel.entry<void(float*, float*, int64_t)>()(x.data(), y.data(), 0);
  double worst = 0;
  int64_t where = 0;
  for (int64_t i = 0; i < count; ++i)
    if (double error = ulps(y[i], function.truth(x[i])); error > worst) worst = error, where = i;
  UNSCOPED_INFO(function.name << " of " << x[where] << " is " << y[where] << ", off by " << worst << " ulp, on "
                              << target.name);
  return worst;
}

}  // namespace

TEST_CASE("vector math functions are within their error in ulps") {
  for (const char* name : {"x86-64", "x86-64-v3", "x86-64-v4"}) {
    if (!cpu::hostSupports(name)) continue;
    cpu::Target target = cpu::resolveTarget(name);
    for (const Function& function : functions) CHECK(worstUlps(function, target) <= function.most);
  }
}

/// A promise of docs/numerics.md: at most so many ulps for all f32 whose size lies between two bounds, of either sign
/// where `both`.
struct Promise {
  const char* name;
  Build build;
  double (*truth)(double);
  double least, greatest;
  bool both;
  double most;
};

constexpr double largest = 3.4028234663852886e38, normal = 0x1p-126;

const Promise promises[]{
    {"exp", build<mlir::math::ExpOp>, std::exp, 0, largest, true, 1},
    {"exp2", build<mlir::math::Exp2Op>, std::exp2, 0, largest, true, 1.5},
    {"expm1", build<mlir::math::ExpM1Op>, std::expm1, 0, largest, true, 3},
    {"log", build<mlir::math::LogOp>, std::log, normal, largest, false, 2},
    {"log2", build<mlir::math::Log2Op>, std::log2, normal, largest, false, 2},
    {"log1p", build<mlir::math::Log1pOp>, std::log1p, 0, largest, false, 3},
    {"tanh", build<mlir::math::TanhOp>, std::tanh, 0, largest, true, 2},
    {"erf", build<mlir::math::ErfOp>, std::erf, 0, largest, true, 2},
    {"sqrt", build<mlir::math::SqrtOp>, std::sqrt, 0, largest, false, 0.51},
    {"rsqrt", build<mlir::math::RsqrtOp>, rsqrt, normal, largest, false, 2},
    {"sin", build<mlir::math::SinOp>, std::sin, 0, 1e4, true, 4},
    {"cos", build<mlir::math::CosOp>, std::cos, 0, 1e4, true, 4},
    {"atan", build<mlir::math::AtanOp>, std::atan, 0, largest, true, 3},
};

/// Every 65,537th of all bit patterns: each exponent, denormals too, with changing bits behind it.
std::vector<float> sampleOfAll() {
  std::vector<float> x(count);
  for (uint32_t i = 0; i < count; ++i) x[i] = std::bit_cast<float>(i * 65537u);
  return x;
}

TEST_CASE("over all of f32, vector math functions keep what docs/numerics.md promises") {
  std::vector<float> x = sampleOfAll(), y(count);
  for (const char* name : {"x86-64", "x86-64-v3", "x86-64-v4"}) {
    if (!cpu::hostSupports(name)) continue;
    for (const Promise& promise : promises) {
      auto kernel = compileMap(promise.build, cpu::resolveTarget(name));
      kernel.entry<void(float*, float*, int64_t)>()(x.data(), y.data(), 0);
      double worst = 0;
      float where = 0;
      for (int64_t i = 0; i < count; ++i) {
        double size = std::fabs(x[i]);
        if (!(size >= promise.least && size <= promise.greatest) || (x[i] < 0 && !promise.both)) continue;
        if (double error = ulps(y[i], promise.truth(x[i])); error > worst) worst = error, where = x[i];
      }
      std::printf("%-9s  %-6s  %6.2f ulp at %g\n", name, promise.name, worst, static_cast<double>(where));
      INFO(promise.name << " on " << name << ", worst at " << where);
      CHECK(worst <= promise.most);
    }
  }
}

TEST_CASE("the logarithm of a denormal is that of the smallest normal number") {
  std::vector<float> x(count), y(count);
  for (uint32_t i = 0; i < count; ++i) x[i] = std::bit_cast<float>(1 + 128 * i % 0x7fffff);
  const std::pair<Build, double> functions[]{{build<mlir::math::LogOp>, std::log(normal)},
                                             {build<mlir::math::Log2Op>, std::log2(normal)}};
  for (const auto& [function, expected] : functions) {
    compileMap(function, cpu::resolveTarget("native")).entry<void(float*, float*, int64_t)>()(x.data(), y.data(), 0);
    double worst = 0;
    for (float found : y) worst = std::max(worst, std::fabs(found - expected));
    CHECK(worst < 1e-5 * std::fabs(expected));
  }
}

TEST_CASE("denormals are numbers like others: nothing is flushed to zero") {
  std::vector<float> x = sampleOfAll(), y(count);
  for (const char* name : {"x86-64", "x86-64-v3", "x86-64-v4"}) {
    if (!cpu::hostSupports(name)) continue;
    const Build half = [](mlir::OpBuilder& b, mlir::Location l, Value value) -> Value {
      auto type = mlir::cast<mlir::VectorType>(value.getType());
      Value factor = b.create<mlir::arith::ConstantOp>(l, mlir::DenseElementsAttr::get(type, 0.5f));
      return b.create<mlir::arith::MulFOp>(l, value, factor);
    };
    compileMap(half, cpu::resolveTarget(name)).entry<void(float*, float*, int64_t)>()(x.data(), y.data(), 0);
    bool same = true;
    for (int64_t i = 0; i < count; ++i)
      same = same && (std::isnan(x[i]) ? std::isnan(y[i]) : y[i] == static_cast<float>(0.5 * x[i]));
    INFO(name);
    CHECK(same);
  }
}

TEST_CASE("exp, log, tanh and erf at the ends of their ranges") {
  const float inf = INFINITY, nan = NAN;
  struct {
    Build build;
    double (*truth)(double);
    std::vector<float> at;
  } ends[]{{build<mlir::math::ExpOp>, std::exp, {-inf, inf, nan, 0, -0.0f, 89, 200, -90, -103.5f, -150, -1e30f, 1e30f}},
           {build<mlir::math::LogOp>, std::log, {0, -1, inf, nan, 1}},
           {build<mlir::math::ErfOp>, std::erf, {-inf, inf, nan, 0, -0.0f, 1e30f, -1e30f, 3.9f, 4.1f, 1e-40f}},
           {build<mlir::math::TanhOp>, std::tanh, {-inf, inf, nan, 0, 1e30f, -1e30f, 9.1f}}};
  for (auto& end : ends) {
    auto kernel = compileMap(end.build, cpu::resolveTarget("native"));
    std::vector<float> x(count, 1.0f), y(count);
    std::copy(end.at.begin(), end.at.end(), x.begin());
    kernel.entry<void(float*, float*, int64_t)>()(x.data(), y.data(), 0);
    for (size_t i = 0; i < end.at.size(); ++i) {
      INFO("of " << x[i] << " is " << y[i]);
      CHECK(ulps(y[i], end.truth(x[i])) <= 4);
    }
  }
}
