// Rows of unary elementwise functions, whether rows of elementwise.def or made of others.
#pragma once

#include "dsl/value.h"
#include "tests/ops/row.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

/// PyTorch's cases of `op` that are a plain call: no attributes.
inline std::vector<std::string> plain_cases(const std::string& op) {
  std::vector<std::string> plain;
  for (const std::string& name : torch_cases_of(op))
    if (torch_case(name).attributes.empty()) plain.push_back(name);
  return plain;
}

/// `body` of one operand, drawn from `domain`, and PyTorch's plain cases of that name.
template <class Body> Row composed(const std::string& op, Domain domain, Body body) {
  const ValueBody on_values = [body](const std::vector<Value>& in) { return Value(body(in[0])); };
  Row row(op);
  row.domains({domain}).template at<F<3, 17>>(body).template at<F<batch, 33>>(body);
  return row.torch(plain_cases(op), on_values);
}

/// The same of two operands that broadcast.
template <class Body> Row composed_of_two(const std::string& op, std::vector<Domain> domains, Body body) {
  const ValueBody on_values = [body](const std::vector<Value>& in) { return Value(body(in[0], in[1])); };
  Row row(op);
  row.domains(std::move(domains)).template at<F<3, 17>, F<17>>(body).template at<F<batch, 1>, F<batch, 33>>(body);
  return row.torch(plain_cases(op), on_values);
}

}  // namespace stator::tests
