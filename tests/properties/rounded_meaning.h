// What programs with factors of bf16 mean, by the interpreter, and whether compiled ones mean the same.
#pragma once

#include <string>
#include <vector>

#include "compiler/interface/compile.h"
#include "tests/ops/run.h"
#include "tests/passes_values/run_passes.h"
#include "tests/properties/sample.h"

namespace stator::tests {

/// The options of tests with factors of bf16, multiplied as `bf16_products` says.
CompileOptions at_bf16(const std::string& products = "chosen");

/// The interpreter on the IR that has the rounded factors in it.
class RoundedMeaning {
 public:
  RoundedMeaning(const Sample& sample, long rows);

  std::vector<TensorValue> run(const std::vector<TensorValue>& inputs, Arithmetic arithmetic = Arithmetic::exact);
  int products() const { return module_.count("matmul") + module_.count("convolution"); }
  int casts() const { return module_.count("cast"); }

 private:
  Module module_;
  std::string name_;
  Arguments arguments_;
};

/// A sample of so many rows, and what its results should be.
class RoundedReference {
 public:
  RoundedReference(Sample given, long rows);

  /// Within f32's rounding of the meaning; where a factor may be rounded to either side, within what that does.
  void check(const std::vector<TensorValue>& found, double tolerance = 1e-5);

  Sample sample;

 private:
  const std::vector<double>& sensitivities();

  long rows_;
  RoundedMeaning meaning_;
  std::vector<TensorValue> expected_;
  std::vector<double> moved_;
};

}  // namespace stator::tests
