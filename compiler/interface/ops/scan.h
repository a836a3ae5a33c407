// A loop over the first axis of sequences, which carries a state from step to step: its rule and its form in a graph.
#pragma once

#include "compiler/interface/tensor_spec.h"

namespace stator::rule {

/// The loop, by the specs of its initial states, then its sequences [steps, ...], then what a step gives: new states,
/// and results that are stacked.
///
/// In a graph: a `scan_state` of each initial state and a `scan_element` of each sequence stand for what a step is
/// given; the step's nodes follow, then `scan`, whose operands are the initial states, the sequences, those given, the
/// new states and the step's results; then a `scan_result` (attribute `index`) for each final state and each stacked
/// result.
struct Scan {
  static constexpr std::string_view name = "scan";
  static constexpr std::string_view state = "scan_state", element = "scan_element", result = "scan_result";
  long states = 0;     // how many values are carried
  long sequences = 0;  // how many are scanned
  long reverse = 0;    // 1: from the last step to the first

  constexpr static void attributes(auto& self, auto&& visit) {
    visit("states", self.states);
    visit("sequences", self.sequences);
    visit("reverse", self.reverse);
  }

  /// What one step sees of a sequence.
  static constexpr TensorSpec element_of(const TensorSpec& sequence) {
    TensorSpec element{sequence.dtype, {}, sequence.classes};
    for (int i = 1; i < sequence.rank(); ++i) element.extents.push(sequence.extents[i]);
    return element;
  }
  /// All steps' values of a result.
  static constexpr TensorSpec stack_of(const TensorSpec& result, const Extent& steps) {
    TensorSpec stack{result.dtype, {}, result.classes};
    stack.extents.push(steps);
    for (int i = 0; i < result.rank(); ++i) stack.extents.push(result.extents[i]);
    return stack;
  }

  /// The broken rule of the sequences alone, which comes before a step can be looked at; null: none.
  constexpr const char* broken_by_sequences(Specs operands) const {
    if (sequences < 1) return "scan: there is no sequence to scan";
    for (int i = 0; i < sequences; ++i) {
      const TensorSpec& sequence = operands[static_cast<int>(states) + i];
      if (sequence.rank() < 1) return "scan: a sequence has no axis to scan along";
      if (sequence.extents[0] != operands[static_cast<int>(states)].extents[0])
        return "scan: sequences differ in their first extent";
    }
    return nullptr;
  }
  constexpr const char* broken(Specs operands) const {
    if (const char* text = broken_by_sequences(operands)) return text;
    const int given = static_cast<int>(states + sequences);
    if (operands.count < given + states) return "scan: a step gives fewer new states than there are states";
    for (int i = 0; i < states; ++i) {
      const TensorSpec &before = operands[i], &after = operands[given + i];
      if (before.dtype != after.dtype || before.extents != after.extents)
        return "scan: the new state is not of the state's type";
    }
    for (int i = given + static_cast<int>(states); i < operands.count; ++i)
      if (operands[i].rank() == max_rank) return "scan: a stacked result would have more than 6 axes";
    return nullptr;
  }
};

}  // namespace stator::rule
