// What programs with factors of bf16 mean, by the interpreter, and whether compiled ones mean the same.
#include "tests/properties/rounded_meaning.h"

#include <algorithm>

#include "runtime/state.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/draw.h"

namespace stator::tests {

using Tensors = std::vector<TensorValue>;

CompileOptions at_bf16(const std::string& products) {
  CompileOptions options = test_options();
  options.precision = "bf16", options.bf16_products = products;
  return options;
}

RoundedMeaning::RoundedMeaning(const Sample& sample, long rows)
    : module_(Module(sample.program, {{symbol::batch, rows}})
                  .after("mask,stator-differentiate,bind-symbols,simplify,reassociate,layout,"
                         "precision{factors=bf16}")),
      name_(sample.name()) {
  arguments_.scalars = {{"valid.batch", rows}, {"seed", 0}};
  const State state = State::init(sample.program.slots, 0);
  for (const Slot& slot : sample.program.slots) arguments_.scalars[slot.name.str()] = state.get(slot.name.str()).item();
}

Tensors RoundedMeaning::run(const Tensors& inputs, Arithmetic arithmetic) {
  arguments_.inputs = inputs;
  return module_.run(name_, arguments_, arithmetic);
}

RoundedReference::RoundedReference(Sample given, long rows)
    : sample(std::move(given)), rows_(rows), meaning_(sample, rows), expected_(meaning_.run(sample.inputs)) {}

void RoundedReference::check(const Tensors& found, double tolerance) {
  REQUIRE(found.size() == expected_.size());
  for (size_t r = 0; r < expected_.size(); ++r) {
    if (error_of(found[r], expected_[r]) <= tolerance) continue;
    const std::string differs = difference(found[r], expected_[r], tolerance + 5 * sensitivities()[r]);
    INFO(sample.name() << ", result " << r << ": " << differs);
    CHECK(differs.empty());
  }
}

/// How far results move when inputs do by about a unit in the last place of an f32: a factor close to the middle of two
/// numbers of bf16 may then become the other one.
const std::vector<double>& RoundedReference::sensitivities() {
  if (!moved_.empty()) return moved_;
  moved_.resize(expected_.size(), 0);
  for (size_t trial = 1; trial <= 4; ++trial) {
    Tensors shaken = sample.inputs;
    for (size_t i = 0; i < shaken.size(); ++i) {
      const TensorSpec& spec = sample.program.functions[0].inputs[i];
      const TensorValue change = draw_uniform(spec, rows_, -1, 1, sample.name(), 100 * trial + i);
      if (!is_float(shaken[i].dtype)) continue;
      for (size_t k = 0; k < change.elements.size(); ++k) shaken[i].elements[k] *= 1 + 1e-6 * change.elements[k];
    }
    const Tensors results = meaning_.run(shaken, Arithmetic::rounded);
    for (size_t r = 0; r < expected_.size(); ++r) moved_[r] = std::max(moved_[r], error_of(results[r], expected_[r]));
  }
  return moved_;
}

}  // namespace stator::tests
