// Building graphs whose shapes are known at run time alone: rules applied to values of a trace.
#pragma once

#include <initializer_list>
#include <vector>

#include "compiler/interface/ops/reduction.h"
#include "dsl/value.h"

namespace stator::tests {

/// The op that `rule` describes, on operands that it accepts. Errors: UserError with the rule's text.
template <class Rule> Value apply_rule(const Rule& rule, std::initializer_list<Value> operands) {
  std::vector<TensorSpec> specs;
  std::vector<int> ids;
  for (const Value& operand : operands) specs.push_back(operand.spec), ids.push_back(operand.id);
  const int count = static_cast<int>(ids.size());
  const Inferred result = rule.infer(Specs{specs.data(), count});
  if (!result.ok()) throw UserError(result.error);
  stator::detail::AttributeWriter attributes;
  Rule::attributes(rule, attributes);
  Context* context = operands.begin()->context;
  return {
      {context, context->apply({Rule::name, ids.data(), count, attributes.attributes, attributes.count, result.spec})},
      result.spec};
}

/// A value without operands, of the rule's own: a constant, a counter.
template <class Rule> Value source(Context* context, const Rule& rule, const TensorSpec& spec) {
  return {perform_in(context, rule, spec), spec};
}

/// Every axis of a value.
inline Integers all_axes(const TensorSpec& spec) {
  Integers axes;
  for (int i = 0; i < spec.rank(); ++i) axes.push(i);
  return axes;
}

/// The sum of all elements, a scalar.
inline Value total(const Value& x) {
  return apply_rule(rule::Reshape{Extents{}}, {apply_rule(rule::Sum{all_axes(x.spec)}, {x})});
}

/// `program`, of one function, that also computes gradients: a cotangent for each float result is a further input, and
/// for each float input that a float result is computed from, the gradient of the summed products of results and
/// cotangents is a further result.
struct WithGradients {
  ProgramGraph program;
  std::vector<int> cotangent_of;  // for each further input, the result that it belongs to
  std::vector<int> gradient_of;   // for each further result, the input that it belongs to
};
WithGradients with_gradients(const ProgramGraph& program);

/// The same graph with f64 wherever it has f32; for programs without random draws, which are f32.
ProgramGraph widened(const ProgramGraph& program);

}  // namespace stator::tests
