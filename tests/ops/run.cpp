// Running a graph both ways.
#include "tests/ops/run.h"

#include "tests/ops/torch_cases.h"

namespace stator::tests {

CompileOptions test_options() { return {.threads = 2, .cache = "off"}; }

std::vector<std::string> host_targets() {
  std::vector<std::string> targets{"x86-64"};
  if (__builtin_cpu_supports("x86-64-v3")) targets.push_back("x86-64-v3");
  if (__builtin_cpu_supports("x86-64-v4")) targets.push_back("x86-64-v4");
  return targets;
}

CompiledProgram::CompiledProgram(const ProgramGraph& program, long rows, const CompileOptions& options)
    : state_(State::init(program.slots, 0)), session_(compile(program, {batch = rows}, options), options.threads) {}

std::vector<TensorValue> CompiledProgram::run(const std::string& function, const std::vector<TensorValue>& inputs) {
  std::vector<NdArray> arrays;
  for (const TensorValue& input : inputs) arrays.push_back(array_of(input));
  std::vector<const NdArray*> pointers;
  for (const NdArray& array : arrays) pointers.push_back(&array);
  std::vector<TensorValue> results;
  for (const NdArray& result : session_.call(session_.index_of(function), state_, pointers))
    results.push_back(tensor_of(result));
  return results;
}

std::vector<TensorValue> interpreted(const ProgramGraph& program, const std::string& function, long rows,
                                     const std::vector<TensorValue>& inputs, Arithmetic arithmetic) {
  const State start = State::init(program.slots, 0);
  std::vector<TensorValue> state;
  for (const Slot& slot : program.slots) state.push_back(tensor_of(start.get(slot.name.str())));
  return interpret(program, function, {batch = rows}, inputs, state, {}, arithmetic);
}

}  // namespace stator::tests
