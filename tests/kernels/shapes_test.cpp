// Kernels at the shapes that benchmarks compare: sampled elements of each against plain loops in f64.
#include "bench/shapes.h"
#include "tests/kernels/check_contraction.h"

namespace {

using namespace contraction_test;

constexpr int samples = 40;

/// Some point of the loops; `draw(n)` gives a number from 0 up to n.
template <class Draw> Dim somePoint(llvm::ArrayRef<Dim> dims, Dim at, Draw draw) {
  for (const Dim& dim : dims) {
    int64_t i = draw(dim.extent);
    at.a += i * dim.a, at.b += i * dim.b, at.c += i * dim.c;
  }
  return at;
}

/// The greatest error of sampled elements, as a part of the sum of their terms' absolute values.
double sampledError(const ContractionForm& form, Problem<float>& problem) {
  std::mt19937 generator(4);
  auto draw = [&](int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(generator); };
  double worst = 0;
  for (int i = 0; i < samples; ++i) {
    Dim at{0, form.aOffset, form.bOffset, 0};
    for (llvm::ArrayRef<Dim> loops :
         {llvm::ArrayRef(form.outer), llvm::ArrayRef(form.rows), llvm::ArrayRef(form.columns)})
      at = somePoint(loops, at, draw);
    double sum = 0, magnitude = 0;
    forEachPoint(form.reductions, at, [&](Dim term) {
      double product = static_cast<double>(problem.a[term.a]) * static_cast<double>(problem.b[term.b]);
      sum += product, magnitude += std::fabs(product);
    });
    double error = std::fabs(problem.c[at.c] - sum) / (magnitude + 1e-30);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/// On the widest vectors that this host has: what the benchmarks run. `images` are what A consists of, if it does.
void checkSamples(const std::string& name, const ContractionForm& form, const bench::Convolution* images = nullptr) {
  INFO(name);
  const Target target = hostTargets().back();
  const ContractionSchedule schedule = scheduleContraction(form, target);
  auto kernel = stator::kernels::compileContraction(form, schedule, target);
  Problem<float> problem(form, schedule);
  if (images) bench::clear_halo(*images, problem.a.data(), static_cast<int64_t>(problem.a.size()));
  problem.run(kernel.entry<Problem<float>::Entry>(), allChunks(schedule));
  CHECK(sampledError(form, problem) <= 1e-5);
}

const bench::Shapes& shapes() {
  static const bench::Shapes all = bench::read_shapes(STATOR_SHAPES);
  return all;
}

}  // namespace

TEST_CASE("bench/shapes.txt has 40 products, in all forms, and 20 convolutions") {
  CHECK(shapes().products.size() == 40);
  CHECK(shapes().convolutions.size() == 20);
  for (const char* layout : {"NN", "NT", "TN", "TT"})
    CHECK(std::any_of(shapes().products.begin(), shapes().products.end(),
                      [&](const bench::Product& product) { return product.layout == layout; }));
}

TEST_CASE("products of the benchmarks' shapes are within 1e-5 of f64") {
  for (const bench::Product& product : shapes().products) checkSamples(product.name(), bench::form_of(product));
}

TEST_CASE("products of the benchmarks' shapes with packed weights are within 1e-5 of f64") {
  for (const bench::Product& product : shapes().products)
    if (auto form = bench::packed_form_of(product, hostTargets().back().lanes())) checkSamples(product.name(), *form);
}

TEST_CASE("convolutions of the benchmarks' shapes are within 1e-5 of f64") {
  for (const bench::Convolution& each : shapes().convolutions) {
    checkSamples("forward " + each.name(), bench::forward_form_of(each), &each);
    checkSamples("weight gradient " + each.name(), bench::weight_gradient_form_of(each), &each);
    if (auto data = bench::data_gradient_of(each))
      checkSamples("data gradient " + each.name(), bench::forward_form_of(*data), &*data);
  }
}
