// Programs of one function with inputs for them, to be compiled together.
#pragma once

#include <string>
#include <vector>

#include "compiler/interface/graph.h"
#include "compiler/interface/tensor_value.h"

namespace stator::tests {

/// A function with its gradients, and inputs of some rows.
struct Sample {
  ProgramGraph program;
  std::vector<TensorValue> inputs;

  std::string name() const { return program.functions[0].name.str(); }
};

/// Inputs are drawn from (-1.5, 1.5).
Sample sample_of(const ProgramGraph& program, long rows);

/// The functions of all samples.
template <class S> ProgramGraph joined(const std::vector<S>& samples) {
  ProgramGraph all;
  for (const Sample& sample : samples) {
    all.functions.push_back(sample.program.functions[0]);
    if (!sample.program.slots.empty()) all.slots = sample.program.slots;
  }
  return all;
}

}  // namespace stator::tests
