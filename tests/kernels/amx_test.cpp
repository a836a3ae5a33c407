// Contractions of bf16 factors by AMX's tiles against plain loops in f64, where the processor has none on an emulator.
#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/cpu/bfloat16_products.h"
#include "compiler/kernels/contraction_squares.h"
#include "tests/amx/emulator.h"
#include "tests/kernels/check_contraction.h"

using namespace contraction_test;
using stator::BFloat16;
using stator::tests::amx::Emulator;
using Kernel = ContractionSchedule::Kernel;
using Square = ContractionSchedule::Square;

namespace {

bool canRun() {
  const std::string reason = stator::tests::amx::why_not();
  if (!reason.empty()) WARN("skipped: " << reason);
  return reason.empty();
}

/// With the pairs that this host has, or without.
Target tiles() {
  Target target = stator::cpu::withTiles(stator::cpu::resolveTarget("x86-64-v4"));
  if (stator::cpu::hostHasDot()) return target;
  target.features = "+amx-tile,+amx-bf16", target.multipliesPairs = false;
  return target;
}

/// The form's schedule by AMX, though another might be cheaper.
ContractionSchedule byTiles(const ContractionForm& form) { return amxSchedule(ofBFloat16(form), tiles()).value(); }

Kernel chosen(const ContractionForm& form) { return scheduleContraction(form, tiles()).kernel; }

void checkTiles(const ContractionForm& form) {
  checkSchedule<float, BFloat16>(ofBFloat16(form), byTiles(form), tiles());
}

size_t countOf(const std::string& text, const std::string& word) {
  size_t count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

std::string assemblyOf(const ContractionForm& form) {
  return compileContraction(ofBFloat16(form), byTiles(form), tiles(), nullptr, true).assembly;
}

}  // namespace

TEST_CASE("tiles: matrix products of odd sizes, in all layouts") {
  if (!canRun()) return;
  Emulator emulator;
  const char* layout = GENERATE("NN", "TN", "NT", "TT");
  struct Shape {
    int64_t m, k, n;
  };
  Shape shape =
      GENERATE(Shape{5, 3, 17}, Shape{14, 128, 32}, Shape{29, 785, 10}, Shape{64, 64, 200}, Shape{33, 66, 48});
  checkTiles(product(layout, shape.m, shape.k, shape.n));
}

TEST_CASE("tiles: any number of rows and columns around a register, and reductions around a square") {
  if (!canRun()) return;
  Emulator emulator;
  for (int64_t rows : {1, 2, 9, 15, 16, 17, 31, 32, 34, 47}) checkTiles(product("NN", rows, 64, 40));
  for (int64_t columns : {1, 15, 16, 17, 31, 32, 33, 65}) checkTiles(product("NN", 40, 64, columns));
  for (int64_t length : {2, 3, 17, 30, 31, 32, 33, 36, 48, 63, 65, 80, 97}) {
    checkTiles(product("NN", 20, length, 20));
    checkTiles(product("NT", 20, length, 20));
    checkTiles(product("TN", 20, length, 20));
  }
}

TEST_CASE("tiles: batched products, rows with gaps, long reductions") {
  if (!canRun()) return;
  Emulator emulator;
  ContractionForm batched = product("NN", 20, 40, 24);
  batched.outer = {{3, 2 * 800, 0, 2 * 480}, {2, 800, 960, 480}};
  checkTiles(batched);
  ContractionForm gaps = product("NN", 35, 34, 19);
  gaps.rows[0].a = 41, gaps.rows[0].c = 40, gaps.reductions[0].b = 27;
  checkTiles(gaps);
  ContractionForm hoisted = product("NN", 72, 8192, 40);
  CHECK(byTiles(hoisted).hoisted == 1);
  checkTiles(hoisted);
  checkTiles(product("NT", 37, 4608, 18));
}

TEST_CASE("tiles: convolutions and their gradients") {
  if (!canRun()) return;
  Emulator emulator;
  checkTiles(convolution(2, 9, 31, 21, 19, 3, 2));
  checkTiles(convolution(2, 11, 9, 1, 16, 3, 1));
  checkTiles(convolution(1, 18, 18, 16, 32, 3, 1));
  checkTiles(weightGradient(2, 9, 8, 7, 33, 3));
  checkTiles(weightGradient(2, 17, 18, 16, 33, 3));
  checkTiles(dataGradient(1, 5, 26, 16, 32, 3));
}

TEST_CASE("tiles: squares of A are loaded as they lie, copied or transposed") {
  if (!canRun()) return;
  CHECK(byTiles(product("NN", 64, 64, 64)).square == Square::loaded);
  CHECK(byTiles(product("TN", 64, 64, 64)).square == Square::transposed);
  Emulator emulator;
  ContractionForm uneven = product("NN", 21, 64, 32);
  uneven.rows = {{7, 300, 0, 96}, {3, 64, 0, 32}};
  CHECK(byTiles(uneven).square == Square::copied);
  checkTiles(uneven);
}

TEST_CASE("tiles: taken where they pay: not for A without order, few rows, or f32") {
  if (!canRun()) return;
  ContractionForm apart = product("NN", 64, 64, 64);
  apart.rows[0].a = 130, apart.reductions[0].a = 2;
  CHECK_FALSE(amxSchedule(apart, tiles()));
  CHECK(chosen(ofBFloat16(apart)) == Kernel::broadcast);
  const ContractionForm fewRows = ofBFloat16(product("NN", 1, 784, 128));
  CHECK(chosen(fewRows) == Kernel::broadcast);
  const Target everywhere = stator::cpu::withTiles(stator::cpu::resolveTarget("x86-64-v4"), true);
  CHECK(scheduleContraction(fewRows, everywhere).kernel == Kernel::amx);
  CHECK(chosen(product("NN", 64, 64, 64)) == Kernel::broadcast);
  for (const char* layout : {"NN", "TN", "NT", "TT"})
    CHECK(chosen(ofBFloat16(product(layout, 64, 64, 64))) == Kernel::amx);
}

TEST_CASE("tiles: parts of a product are computed by themselves, in any order") {
  if (!canRun()) return;
  Emulator emulator;
  ContractionForm form = ofBFloat16(product("NN", 130, 96, 100));
  ContractionSchedule schedule = byTiles(form);
  REQUIRE(schedule.chunks > 1);
  auto kernel = stator::kernels::compileContraction(form, schedule, tiles());
  Problem<float, BFloat16> forward(form, schedule), backward(form, schedule);
  std::vector<int64_t> chunks = allChunks(schedule);
  forward.run(kernel.entry<Problem<float, BFloat16>::Entry>(), chunks);
  std::reverse(chunks.begin(), chunks.end());
  backward.run(kernel.entry<Problem<float, BFloat16>::Entry>(), chunks);
  for (size_t i = 0; i < forward.c.size(); ++i) CHECK(forward.c[i] == backward.c[i]);
}

TEST_CASE("tiles: an infinity or NaN touches its own row and column alone") {
  if (!canRun()) return;
  Emulator emulator;
  ContractionForm form = ofBFloat16(product("NN", 20, 37, 18));
  ContractionSchedule schedule = byTiles(form);
  auto kernel = stator::kernels::compileContraction(form, schedule, tiles());
  Problem<float, BFloat16> problem(form, schedule);
  problem.a[5 * 37 + 36] = BFloat16(std::numeric_limits<double>::infinity());
  problem.b[7 * 18 + 11] = BFloat16(NAN);
  problem.run(kernel.entry<Problem<float, BFloat16>::Entry>(), allChunks(schedule));
  for (size_t i = 0; i < problem.c.size(); ++i) {
    INFO("row " << i / 18 << ", column " << i % 18);
    CHECK(std::isfinite(problem.c[i]) == (i / 18 != 5 && i % 18 != 11));
  }
}

TEST_CASE("tiles: one configuration in a kernel, its release, and no register is ever saved") {
  const std::string code = assemblyOf(product("NN", 64, 64, 64));
  CHECK(countOf(code, "\tldtilecfg") == 1);
  CHECK(countOf(code, "\ttilerelease") == 1);
  CHECK(countOf(code, "\ttdpbf16ps") == 4);
  CHECK(countOf(code, "\ttileloadd") == 4);
  CHECK(countOf(code, "\ttilestored") == 4);
  const std::string plain =
      compileContraction(product("NN", 64, 64, 64), scheduleContraction(product("NN", 64, 64, 64), tiles()), tiles(),
                         nullptr, true)
          .assembly;
  CHECK(countOf(plain, "tile") == 0);
}
