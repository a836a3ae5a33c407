// Contractions of every form against plain loops in f64, on every instruction set that this host has.
#include <algorithm>

#include "bench/shapes.h"
#include "compiler/kernels/contraction_pack.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "runtime/error.h"
#include "tests/kernels/check_contraction.h"

using namespace contraction_test;

TEST_CASE("matrix products of odd sizes, in all layouts") {
  const char* layout = GENERATE("NN", "TN", "NT", "TT");
  struct Shape {
    int64_t m, k, n;
  };
  Shape shape = GENERATE(Shape{1, 1, 1}, Shape{1, 37, 130}, Shape{5, 3, 17}, Shape{33, 65, 31}, Shape{14, 128, 32},
                         Shape{29, 784, 10}, Shape{64, 32, 200});
  checkOnAllTargets(product(layout, shape.m, shape.k, shape.n));
}

TEST_CASE("a transposed A beyond the cache meets all panels part by part") {
  ContractionForm form = product("TN", 100, 1024, 130);
  ContractionSchedule schedule = scheduleContraction(form, hostTargets().back());
  CHECK(schedule.hoisted == 1);
  CHECK(schedule.panelsPerGroup > 1);
  checkOnAllTargets(form);
  checkOnAllTargets(product("TT", 100, 1024, 130));
}

TEST_CASE("column tails of every width") {
  int64_t columns = GENERATE(range(1, 18));
  auto targets = hostTargets();
  check(product("NN", 7, 19, 32 + columns), targets.back());
  check(product("NT", 3, 19, columns), targets.back());
}

TEST_CASE("reductions of every length around a vector") {
  int64_t length = GENERATE(1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 47, 65);
  auto targets = hostTargets();
  check(product("NN", 6, length, 20), targets.back());
  check(product("NT", 6, length, 20), targets.back());
}

TEST_CASE("products in f64") {
  const char* layout = GENERATE("NN", "TN", "NT");
  ContractionForm form = product(layout, 13, 45, 21);
  form.element = stator::DType::f64;
  checkOnAllTargets(form);
}

TEST_CASE("batched products, with one B for all and with one for each") {
  int64_t shared = GENERATE(0, 1);
  ContractionForm form = product("NN", 9, 20, 18);
  form.outer = {{3, 2 * 180, shared ? 0 : 2 * 360, 2 * 162}, {2, 180, shared ? 0 : 360, 162}};
  checkOnAllTargets(form);
}

TEST_CASE("rows with gaps between them") {
  ContractionForm form = product("NN", 11, 16, 19);
  form.rows[0].a = 21, form.rows[0].c = 40, form.reductions[0].b = 27;
  checkOnAllTargets(form);
}

TEST_CASE("convolution forward") {
  int64_t stride = GENERATE(1, 2);
  checkOnAllTargets(convolution(2, 11, 9, 1, 16, 3, stride));
  checkOnAllTargets(convolution(2, 9, 31, 5, 19, 3, stride));
}

TEST_CASE("convolution weight gradient") {
  checkOnAllTargets(weightGradient(3, 10, 12, 1, 16, 3));
  checkOnAllTargets(weightGradient(2, 9, 8, 7, 33, 3));
}

TEST_CASE("convolution data gradient, through negative strides") {
  checkOnAllTargets(dataGradient(2, 6, 7, 5, 24, 3));
  checkOnAllTargets(dataGradient(1, 5, 26, 16, 32, 3));
}

TEST_CASE("a weight gradient whose images do not fit the cache hoists them") {
  ContractionForm form = weightGradient(12, 26, 26, 16, 64, 3);
  for (const Target& target : hostTargets()) {
    ContractionSchedule schedule = scheduleContraction(form, target);
    CHECK((schedule.hoisted >= 1 || target.lanes() < 8));  // the plain target's panels are narrow enough to stay
    checkSchedule<float>(form, schedule, target);
  }
}

TEST_CASE("steps that meet the zeros around an image are left out") {
  struct Shape {
    int64_t n, side, in, out, stride, padding;
  };
  Shape shape = GENERATE(Shape{2, 7, 8, 20, 1, 1}, Shape{2, 9, 24, 33, 2, 1}, Shape{1, 5, 3, 16, 1, 2},
                         Shape{3, 7, 512, 40, 1, 1});
  auto [n, side, in, out, stride, padding] = shape;
  bench::Convolution images{n, in, side, out, 3, stride, padding};
  bool weights = GENERATE(false, true);
  ContractionForm form = weights ? bench::weight_gradient_form_of(images) : bench::forward_form_of(images);
  REQUIRE(form.halo);
  for (const Target& target : hostTargets()) {
    ContractionSchedule schedule = scheduleContraction(form, target);
    auto kernel = compileContraction(form, schedule, target);
    Problem<float> problem(form, schedule);
    bench::clear_halo(images, problem.a.data(), static_cast<int64_t>(problem.a.size()));
    problem.run(kernel.entry<Problem<float>::Entry>(), allChunks(schedule));
    CHECK(worstError(problem.c, referenceOf(form, problem.a, problem.b, problem.c.size())) <= 1.0);
  }
}

TEST_CASE("a weight gradient hoists its images where not all fit the cache, but for small ones") {
  ContractionForm form = weightGradient(4, 18, 18, 96, 20, 3), small = weightGradient(30, 9, 9, 96, 20, 3);
  for (const Target& target : hostTargets()) {
    ContractionSchedule schedule = scheduleContraction(form, target);
    CHECK(schedule.hoisted == 1);
    CHECK(schedule.packedReductions() == 16 * 16);
    checkSchedule<float>(form, schedule, target);
    CHECK(scheduleContraction(small, target).hoisted == 0);
  }
}

TEST_CASE("steps whose windows overlap are unrolled no further than registers reach") {
  ContractionForm form = weightGradient(2, 12, 14, 10, 10, 3);
  for (const Target& target : hostTargets()) {
    ContractionSchedule schedule = scheduleContraction(form, target);
    CHECK(schedule.accumulators < target.registers);
    checkSchedule<float>(form, schedule, target);
  }
}

TEST_CASE("straight code shares no more of A between its steps than registers hold") {
  const Target target = hostTargets().back();
  for (int64_t channels : {1, 2, 3, 4}) {
    ContractionForm form = convolution(2, 10, 34, channels, 16, 3, 1);
    ContractionSchedule schedule = scheduleContraction(form, target);
    if (target.registers == 32) CHECK((schedule.straightSteps >= 9) == (channels == 1));
    checkSchedule<float>(form, schedule, target);
  }
}

TEST_CASE("short tiles over far images ask for lines ahead, and read what others do") {
  const int64_t stride = GENERATE(1, 2);
  ContractionForm form = convolution(9, 32, 35, 16, 24, 1, stride), near = convolution(1, 9, 9, 16, 24, 1, stride);
  for (const Target& target : hostTargets()) {
    ContractionSchedule schedule = scheduleContraction(form, target);
    CHECK_FALSE(schedule.linesAhead.empty());
    CHECK(schedule.tilesAhead >= 1);
    checkSchedule<float>(form, schedule, target);
    CHECK(scheduleContraction(near, target).linesAhead.empty());
  }
}

TEST_CASE("a target without shortcuts asks for nothing ahead, and knows no tuned schedules") {
  const ContractionForm far = convolution(9, 32, 35, 16, 24, 1, 1), once = weightGradient(6, 42, 42, 1, 16, 3);
  const ContractionForm tuned = product("NN", 256, 256, 256);
  REQUIRE(tunedChoice(tuned, "x86-64-v4"));
  for (Target target : hostTargets()) {
    target.shortcuts = false;
    CHECK(scheduleContraction(far, target).linesAhead.empty());
    CHECK(scheduleContraction(once, target).stepsAhead == 0);
    CHECK(choiceOf(scheduleContraction(tuned, target)) == choiceOf(modelledSchedule(tuned, target)));
  }
}

TEST_CASE("a far B that is read once is asked for ahead") {
  ContractionForm form = weightGradient(6, 42, 42, 1, 16, 3);
  for (const Target& target : hostTargets()) {
    ContractionSchedule schedule = scheduleContraction(form, target);
    if (target.registers == 32) CHECK(schedule.stepsAhead > 0);
    checkSchedule<float>(form, schedule, target);
  }
}

TEST_CASE("a long reduction is cut into blocks, and the sum is right") {
  ContractionForm form = product("NN", 40, 16384, 40);
  for (const Target& target : hostTargets()) {
    ContractionSchedule schedule = scheduleContraction(form, target);
    CHECK(schedule.hoisted == 1);
    CHECK(schedule.reductions.size() == 2);
    CHECK(extentProduct(schedule.reductions) == 16384);
    checkSchedule<float>(form, schedule, target);
  }
}

TEST_CASE("packing is for rows of B that collide in the cache") {
  ContractionForm form = product("NN", 256, 1024, 512);
  for (const Target& target : hostTargets()) {
    ContractionSchedule schedule = scheduleContraction(form, target);
    CHECK(schedule.packB);
    checkSchedule<float>(form, schedule, target);
  }
  CHECK_FALSE(scheduleContraction(product("NN", 256, 512, 100), hostTargets().back()).packB);
}

TEST_CASE("a panel that is packed from afar serves many rows, but for a few chunks") {
  const Target target = hostTargets().back();
  ContractionSchedule many = scheduleContraction(product("NN", 640, 1024, 1024), target);
  CHECK(many.packB);
  CHECK(many.units >= 16);
  CHECK(many.rowBlocks <= 2);
  ContractionSchedule few = scheduleContraction(product("NN", 640, 2048, 64), target);
  CHECK((!few.packB || few.chunks >= 8));
}

TEST_CASE("a dot over long rows keeps its rows of A in the first cache") {
  ContractionForm form = product("NT", 13, 4608, 18);
  for (const Target& target : hostTargets()) {
    ContractionSchedule schedule = scheduleContraction(form, target);
    CHECK(schedule.kernel == ContractionSchedule::Kernel::dot);
    CHECK(schedule.hoisted == 1);
    checkSchedule<float>(form, schedule, target);
  }
}

TEST_CASE("any choice of a search gives the same product, and one of too many registers is refused") {
  for (const char* layout : {"NN", "NT"}) {
    ContractionForm form = product(layout, 37, 70, 45);
    for (const Target& target : hostTargets()) {
      ContractionSchedule model = modelledSchedule(form, target);
      CHECK(choiceOf(scheduleAs(form, target, choiceOf(model))) == choiceOf(model));
      for (const stator::kernels::ScheduleChoice& choice : {stator::kernels::ScheduleChoice{false, 3, 2, true, 1},
                                                            stator::kernels::ScheduleChoice{false, 4, 1, false, 3},
                                                            stator::kernels::ScheduleChoice{true, 2, 4, false, 2}})
        checkSchedule<float>(form, scheduleAs(form, target, choice), target);
      CHECK_THROWS_AS(scheduleAs(form, target, {false, 64, 1, false, 1}), stator::InternalError);
    }
  }
  CHECK(tunedChoice(product("NN", 37, 70, 45), "x86-64-v4") == nullptr);
}

TEST_CASE("a transposed B with many rows against it is packed by transposing squares") {
  int64_t length = GENERATE(64, 77);
  for (const Target& target : hostTargets()) {
    ContractionForm form = product("NT", 600, length, 37);
    ContractionSchedule schedule = scheduleContraction(form, target);
    CHECK(schedule.packB);
    checkSchedule<float>(form, schedule, target);
  }
}

TEST_CASE("results are the same bits in whatever order and number of chunks") {
  ContractionForm form = GENERATE(product("NN", 130, 90, 100), product("NT", 64, 200, 90), product("NN", 256, 512, 512),
                                  weightGradient(8, 26, 26, 16, 32, 3), convolution(4, 20, 20, 8, 32, 3, 1));
  Target target = hostTargets().back();
  ContractionSchedule schedule = scheduleContraction(form, target), whole = schedule;
  REQUIRE(schedule.chunks > 1);
  whole.chunks = 1;
  auto split = compileContraction(form, schedule, target), single = compileContraction(form, whole, target);
  Problem<float> problem(form, schedule);
  auto bits = [&] { return std::vector<float>(problem.c.data(), problem.c.data() + problem.c.size()); };
  auto same = [](const std::vector<float>& x, const std::vector<float>& y) {
    return std::memcmp(x.data(), y.data(), 4 * x.size()) == 0;
  };
  problem.run(single.entry<Problem<float>::Entry>(), {0});
  auto expected = bits();
  auto chunks = allChunks(schedule);
  problem.clear();
  problem.run(split.entry<Problem<float>::Entry>(), chunks);
  CHECK(same(bits(), expected));
  std::reverse(chunks.begin(), chunks.end());
  problem.clear();
  problem.run(split.entry<Problem<float>::Entry>(), chunks);
  CHECK(same(bits(), expected));
}

TEST_CASE("an epilogue of bias and relu") {
  const char* layout = GENERATE("NN", "NT");
  ContractionForm form = product(layout, 10, 50, 27);
  auto biasRelu = [&](mlir::OpBuilder& b, mlir::Location l, mlir::Value column, mlir::Value vector, mlir::Value mask,
                      mlir::Value bias) -> mlir::Value {
    auto type = mlir::cast<mlir::VectorType>(vector.getType());
    stator::kernels::IndexBuilder ix{b, l};
    mlir::Value shift = stator::kernels::loadVector(ix, type, bias, {column, 0}, mask);
    mlir::Value sum = b.create<mlir::arith::AddFOp>(l, vector, shift);
    return b.create<mlir::arith::MaximumFOp>(l, sum, stator::kernels::zeroVector(ix, type));
  };
  for (const Target& target : hostTargets()) {
    ContractionSchedule schedule = scheduleContraction(form, target);
    auto kernel = compileContraction(form, schedule, target, biasRelu);
    Problem<float> problem(form, schedule);
    problem.run(kernel.entry<Problem<float>::Entry>(), allChunks(schedule));
    Reference reference = referenceOf(form, problem.a, problem.b, problem.c.size());
    for (size_t i = 0; i < reference.values.size(); ++i)
      reference.values[i] = std::max(0.0, reference.values[i] + problem.bias[i % 27]);
    CHECK(worstError(problem.c, reference) <= 1.0);
  }
}
