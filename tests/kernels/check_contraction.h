// Compiles one contraction, runs it, and compares it with plain loops in f64.
#pragma once

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "compiler/kernels/single_contraction.h"
#include "runtime/narrow_float.h"
#include "tests/catch.h"
#include "tests/kernels/guarded_buffer.h"

namespace contraction_test {

using stator::cpu::Target;
using stator::kernels::ContractionForm;
using stator::kernels::ContractionSchedule;
using stator::kernels::Dim;

/// The same product of factors of bf16.
inline ContractionForm ofBFloat16(ContractionForm form) {
  form.bfloat16 = true;
  return form;
}

/// Every target that this host can run.
inline std::vector<Target> hostTargets() {
  std::vector<Target> targets;
  for (const char* name : {"x86-64", "x86-64-v3", "x86-64-v4"})
    if (stator::cpu::hostSupports(name)) targets.push_back(stator::cpu::resolveTarget(name));
  return targets;
}

/// `body(offsets)` with the offsets in A, B and C of every point of the loops.
template <class Body> void forEachPoint(llvm::ArrayRef<Dim> dims, Dim at, Body&& body) {
  if (dims.empty()) return body(at);
  for (int64_t i = 0; i < dims[0].extent; ++i)
    forEachPoint(dims.drop_front(), Dim{0, at.a + i * dims[0].a, at.b + i * dims[0].b, at.c + i * dims[0].c}, body);
}

/// C and, for each element, the sum of the absolute values of its terms; NaN where the form writes nothing.
struct Reference {
  std::vector<double> values, magnitudes;
};

template <class F>
Reference referenceOf(const ContractionForm& form, const GuardedBuffer<F>& a, const GuardedBuffer<F>& b, size_t size) {
  Reference result{std::vector<double>(size, NAN), std::vector<double>(size, NAN)};
  llvm::SmallVector<Dim, 4> loops(form.outer);
  loops.append(form.rows.begin(), form.rows.end());
  loops.push_back(form.columns);
  forEachPoint(loops, Dim{0, form.aOffset, form.bOffset, 0}, [&](Dim at) {
    double sum = 0, magnitude = 0;
    forEachPoint(form.reductions, at, [&](Dim term) {
      double product = static_cast<double>(a[term.a]) * static_cast<double>(b[term.b]);
      sum += product, magnitude += std::fabs(product);
    });
    result.values[at.c] = sum, result.magnitudes[at.c] = magnitude;
  });
  return result;
}

template <class T> void fillRandom(GuardedBuffer<T>& buffer, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (size_t i = 0; i < buffer.size(); ++i) buffer[i] = static_cast<T>(uniform(generator));
}

template <class T> void fill(GuardedBuffer<T>& buffer, T value) {
  for (size_t i = 0; i < buffer.size(); ++i) buffer[i] = value;
}

/// Operands and results of one compiled contraction of factors F and sums T.
template <class T, class F = T> struct Problem {
  using Entry = void(F*, F*, T*, T*, T*, int64_t);

  Problem(const ContractionForm& form, const ContractionSchedule& schedule)
      : Problem(form, schedule, stator::kernels::contractionBuffers(form)) {}
  Problem(const ContractionForm& form, const ContractionSchedule& schedule, stator::kernels::ContractionBuffers sizes)
      : a(sizes.a),
        b(sizes.b),
        c(sizes.c),
        scratch(std::max<int64_t>(1, schedule.scratchElements())),
        bias(form.columns.extent) {
    fillRandom(a, 1), fillRandom(b, 2), fillRandom(bias, 3);
    clear();
  }
  /// What a kernel does not write must stay NaN, and what it reads unwritten shows.
  void clear() {
    fill(c, std::numeric_limits<T>::quiet_NaN());
    fill(scratch, std::numeric_limits<T>::quiet_NaN());
  }
  void run(Entry* entry, llvm::ArrayRef<int64_t> chunks) {
    for (int64_t chunk : chunks) entry(a.data(), b.data(), c.data(), scratch.data(), bias.data(), chunk);
  }

  GuardedBuffer<F> a, b;
  GuardedBuffer<T> c, scratch, bias;
};

inline std::vector<int64_t> allChunks(const ContractionSchedule& schedule) {
  std::vector<int64_t> chunks(schedule.chunks);
  for (int64_t i = 0; i < schedule.chunks; ++i) chunks[i] = i;
  return chunks;
}

/// The largest error in units of the tolerance, or infinity where an element was not to be written or was left out.
template <class T> double worstError(const GuardedBuffer<T>& c, const Reference& reference) {
  double tolerance = sizeof(T) == 8 ? 1e-14 : 1e-5, worst = 0;
  for (size_t i = 0; i < c.size(); ++i) {
    if (std::isnan(reference.values[i])) {
      if (!std::isnan(c[i])) return std::numeric_limits<double>::infinity();
      continue;
    }
    double error = std::fabs(c[i] - reference.values[i]) / (tolerance * reference.magnitudes[i] + 1e-30);
    if (!(error <= worst)) worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
  }
  return worst;
}

template <class T, class F = T>
void checkSchedule(const ContractionForm& form, const ContractionSchedule& schedule, const Target& target) {
  INFO("target " << target.name << ", rows " << form.rows.back().extent << ", columns " << form.columns.extent
                 << ", last reduction " << form.reductions.back().extent << ", tile "
                 << schedule.cutExtent * schedule.wholeRows << "x" << schedule.panelColumns << ", panels "
                 << schedule.panels << ", hoisted " << schedule.hoisted << ", packed " << schedule.packB << ", pairs "
                 << schedule.pairs << ", chunks " << schedule.chunks);
  auto kernel = stator::kernels::compileContraction(form, schedule, target);
  Problem<T, F> problem(form, schedule);
  problem.run(kernel.entry<typename Problem<T, F>::Entry>(), allChunks(schedule));
  CHECK(worstError(problem.c, referenceOf(form, problem.a, problem.b, problem.c.size())) <= 1.0);
}

/// The form under its own schedule, on `target`.
inline void check(const ContractionForm& form, const Target& target) {
  ContractionSchedule schedule = scheduleContraction(form, target);
  if (form.bfloat16) checkSchedule<float, stator::BFloat16>(form, schedule, target);
  else if (form.element == stator::DType::f64) checkSchedule<double>(form, schedule, target);
  else checkSchedule<float>(form, schedule, target);
}

inline void checkOnAllTargets(const ContractionForm& form) {
  for (const Target& target : hostTargets()) check(form, target);
}

/// C[m, n] = A * B; `layout` says which of A and B lie transposed in memory.
inline ContractionForm product(const std::string& layout, int64_t m, int64_t k, int64_t n) {
  bool ta = layout[0] == 'T', tb = layout[1] == 'T';
  ContractionForm form;
  form.rows = {{m, ta ? 1 : k, 0, n}};
  form.columns = {n, 0, tb ? k : 1, 1};
  form.reductions = {{k, ta ? m : 1, tb ? 1 : n, 0}};
  return form;
}

/// A convolution over channels-last images that have their halo: [n, h, w, in] * [kernel, kernel, in, out].
inline ContractionForm convolution(int64_t n, int64_t h, int64_t w, int64_t in, int64_t out, int64_t kernel,
                                   int64_t stride) {
  int64_t oh = (h - kernel) / stride + 1, ow = (w - kernel) / stride + 1;
  ContractionForm form;
  form.outer = {{n, h * w * in, 0, oh * ow * out}, {oh, stride * w * in, 0, ow * out}};
  form.rows = {{ow, stride * in, 0, out}};
  form.columns = {out, 0, 1, 1};
  form.reductions = {{kernel, w * in, kernel * in * out, 0}, {kernel, in, in * out, 0}, {in, 1, out, 0}};
  return form;
}

inline ContractionForm weightGradient(int64_t n, int64_t h, int64_t w, int64_t in, int64_t out, int64_t kernel) {
  int64_t oh = h - kernel + 1, ow = w - kernel + 1;
  ContractionForm form;
  form.rows = {{kernel, w * in, 0, kernel * in * out}, {kernel, in, 0, in * out}, {in, 1, 0, out}};
  form.columns = {out, 0, 1, 1};
  form.reductions = {{n, h * w * in, oh * ow * out, 0}, {oh, w * in, ow * out, 0}, {ow, in, out, 0}};
  return form;
}

/// dX from dY with its halo and the forward's weights [kernel, kernel, in, out], read backwards and transposed.
inline ContractionForm dataGradient(int64_t n, int64_t h, int64_t w, int64_t in, int64_t out, int64_t kernel) {
  int64_t ph = h + kernel - 1, pw = w + kernel - 1, weights = kernel * in * out;
  ContractionForm form;
  form.outer = {{n, ph * pw * out, 0, h * w * in}, {h, pw * out, 0, w * in}};
  form.rows = {{w, out, 0, in}};
  form.columns = {in, 0, out, 1};
  form.reductions = {{kernel, pw * out, -weights, 0}, {kernel, out, -in * out, 0}, {out, 1, 1, 0}};
  form.bOffset = (kernel - 1) * (weights + in * out);
  return form;
}

}  // namespace contraction_test
