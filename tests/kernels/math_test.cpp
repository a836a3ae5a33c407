// How far the vector math functions are from the true values, in units in the last place of f32.
#include <cmath>
#include <vector>

#include "compiler/cpu/single_kernel.h"
#include "compiler/kernels/index_builder.h"
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
