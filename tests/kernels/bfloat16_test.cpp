// Contractions of bf16 factors against plain loops in f64: widened on every instruction set, and by pairs.
#include <array>
#include <cmath>
#include <limits>

#include "compiler/cpu/bfloat16_products.h"
#include "runtime/error.h"
#include "tests/kernels/check_contraction.h"

using namespace contraction_test;
using stator::BFloat16;

namespace {

/// Every way to multiply factors of bf16 that this host has.
std::vector<Target> waysToMultiply() {
  std::vector<Target> targets = hostTargets();
  if (stator::cpu::hostHasDot()) targets.push_back(withProducts(targets.back(), "dot", false));
  return targets;
}

void checkAll(const ContractionForm& form) {
  for (const Target& target : waysToMultiply()) check(ofBFloat16(form), target);
}

bool multipliesPairs(const ContractionForm& form) {
  return scheduleContraction(ofBFloat16(form), waysToMultiply().back()).pairs;
}

/// The product of one row and one column of two elements each.
float productOf(const Target& target, std::array<double, 2> a, std::array<double, 2> b) {
  ContractionForm form = ofBFloat16(product("NN", 1, 2, 1));
  ContractionSchedule schedule = scheduleContraction(form, target);
  auto kernel = stator::kernels::compileContraction(form, schedule, target);
  Problem<float, BFloat16> problem(form, schedule);
  for (size_t i : {0, 1}) problem.a[i] = BFloat16(a[i]), problem.b[i] = BFloat16(b[i]);
  problem.run(kernel.entry<Problem<float, BFloat16>::Entry>(), allChunks(schedule));
  return problem.c[0];
}

}  // namespace

TEST_CASE("bf16: matrix products of odd sizes, in all layouts") {
  const char* layout = GENERATE("NN", "TN", "NT", "TT");
  struct Shape {
    int64_t m, k, n;
  };
  Shape shape = GENERATE(Shape{1, 1, 1}, Shape{1, 37, 130}, Shape{5, 3, 17}, Shape{14, 128, 32}, Shape{29, 785, 10},
                         Shape{64, 32, 200});
  checkAll(product(layout, shape.m, shape.k, shape.n));
}

TEST_CASE("bf16: reductions of every length around a vector of pairs, and columns around a vector") {
  int64_t length = GENERATE(1, 2, 3, 15, 16, 17, 31, 32, 33, 47, 64, 65);
  checkAll(product("NN", 6, length, 20));
  checkAll(product("NT", 6, length, 20));
  if (length <= 17) checkAll(product("NT", 3, 19, length));
}

TEST_CASE("bf16: batched products, rows with gaps, long reductions") {
  ContractionForm batched = product("NN", 9, 20, 18);
  batched.outer = {{3, 2 * 180, 0, 2 * 162}, {2, 180, 360, 162}};
  checkAll(batched);
  ContractionForm gaps = product("NN", 11, 17, 19);
  gaps.rows[0].a = 21, gaps.rows[0].c = 40, gaps.reductions[0].b = 27;
  checkAll(gaps);
  checkAll(product("NN", 40, 16384, 40));
  checkAll(product("NT", 13, 4608, 18));
  checkAll(product("NT", 600, 77, 37));
  checkAll(product("NN", 256, 1024, 96));
}

TEST_CASE("bf16: convolutions and their gradients") {
  checkAll(convolution(2, 11, 9, 1, 16, 3, 1));
  checkAll(convolution(2, 9, 31, 5, 19, 3, 2));
  checkAll(convolution(1, 9, 9, 16, 32, 3, 1));
  checkAll(weightGradient(3, 10, 12, 1, 16, 3));
  checkAll(weightGradient(2, 9, 8, 7, 33, 3));
  checkAll(dataGradient(2, 6, 7, 5, 24, 3));
  checkAll(dataGradient(1, 5, 26, 16, 32, 3));
}

TEST_CASE("bf16: pairs are multiplied in every layout, and of bf16 alone") {
  if (!stator::cpu::hostHasDot()) return;
  for (const char* layout : {"NN", "NT", "TN", "TT"}) CHECK(multipliesPairs(product(layout, 14, 128, 32)));
  CHECK_FALSE(scheduleContraction(product("NN", 14, 128, 32), waysToMultiply().back()).pairs);
}

TEST_CASE("bf16: infinities and NaN go through products; pairs alone take denormals for zeros") {
  constexpr double infinity = std::numeric_limits<double>::infinity(), small = 0x1p-130;
  for (const Target& target : waysToMultiply()) {
    INFO(target.name);
    CHECK(productOf(target, {infinity, 1}, {2, 1}) == infinity);
    CHECK(std::isnan(productOf(target, {infinity, 1}, {0, 1})));
    CHECK(std::isnan(productOf(target, {NAN, 1}, {0, 1})));
    CHECK(productOf(target, {small, 0}, {4, 0}) == (target.multipliesPairs ? 0 : 4 * small));
  }
}

TEST_CASE("bf16: kinds of products that there are, and the hosts that pairs pay on") {
  const Target plain = stator::cpu::knownTarget("x86-64");
  CHECK(withProducts(plain, "widen", true).name == "x86-64");
  CHECK_FALSE(withProducts(plain, "chosen", false).multipliesPairs);
  CHECK_THROWS_WITH(withProducts(plain, "tiles", true),
                    "bf16_products: 'tiles' is not one of chosen, widen, dot, tile");
  for (const char* products : {"dot", "tile"}) CHECK_THROWS_AS(withProducts(plain, products, true), stator::UserError);
  CHECK(stator::cpu::dotRate("sapphirerapids") >= 1);
  CHECK(stator::cpu::dotRate("znver4") < 1);
  CHECK(stator::cpu::dotRate("unheard-of") == 0);
  CHECK(stator::cpu::tileRate("sapphirerapids") > stator::cpu::dotRate("sapphirerapids"));
  CHECK(stator::cpu::tileRate("znver5") == 0);
}

TEST_CASE("bf16: tiles are refused where no processor or emulator runs them, and none are chosen for an emulator") {
  if (!stator::cpu::hostHasDot()) return;
  const Target plain = stator::cpu::resolveTarget("x86-64-v4");
  if (!stator::cpu::hostHasTiles())
    CHECK_THROWS_WITH(
        withProducts(plain, "tile", true),
        "bf16_products: 'tile' needs the target x86-64-v4 and a host with AMX, not 'x86-64-v4' on this host");
  stator::cpu::emulateTiles(true);
  CHECK(withProducts(plain, "tile", true).name == "x86-64-v4+amx-everywhere");
  CHECK(stator::cpu::withTiles(plain).name == "x86-64-v4+amx");
  CHECK(withProducts(plain, "chosen", true).multipliesTiles == stator::cpu::hostHasTiles());
  stator::cpu::emulateTiles(false);
}
