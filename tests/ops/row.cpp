// Rows whose types are known at run time alone.
#include "tests/ops/row.h"

#include "tests/ops/torch_cases.h"

namespace stator::tests {

ProgramGraph traced(const std::string& name, const std::vector<TensorSpec>& inputs, const ValueBody& body) {
  ProgramGraph program;
  Function function;
  function.name = Name(name);
  {
    Trace trace(program, function, true);
    std::vector<Value> values;
    for (const TensorSpec& spec : inputs) values.push_back({{&trace, trace.input(spec)}, spec});
    trace.result(body(values).id);
  }
  program.functions.push_back(std::move(function));
  return program;
}

TensorSpec spec_of_extents(DType dtype, const std::vector<long>& extents) {
  TensorSpec spec{dtype, {}};
  for (long extent : extents) spec.extents.push(Extent(extent));
  return spec;
}

Row& Row::torch(const std::vector<std::string>& reference_cases, const ValueBody& body) {
  for (const std::string& name : reference_cases) {
    std::vector<TensorSpec> specs;
    for (const TensorValue& input : torch_case(name).inputs)
      specs.push_back(spec_of_extents(input.dtype, input.extents));
    add({name, traced(name, specs, body), name});
  }
  return *this;
}

}  // namespace stator::tests
