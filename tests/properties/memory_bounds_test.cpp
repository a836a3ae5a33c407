// Kernels touch their own memory alone: every buffer ends at a page nobody may touch, and holds NaNs before the call.
#include <cstring>
#include <memory>

#include "runtime/executable.h"
#include "tests/catch.h"
#include "tests/kernels/guarded_buffer.h"
#include "tests/ops/compare.h"
#include "tests/ops/draw.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"
#include "tests/properties/random_graph.h"

namespace stator::tests {

namespace {

constexpr long rows = 8;

using Bytes = GuardedBuffer<std::byte>;

/// Memory in which every byte is `poison`: 0xff makes NaNs, 0x7b makes large numbers.
std::unique_ptr<Bytes> poisoned(int64_t size_bytes, int poison) {
  auto made = std::make_unique<Bytes>(static_cast<size_t>(size_bytes));
  std::memset(made->data(), poison, made->size());
  return made;
}

std::unique_ptr<Bytes> holding(const NdArray& array) {
  auto made = std::make_unique<Bytes>(static_cast<size_t>(array.size_bytes()));
  std::memcpy(made->data(), array.bytes(), made->size());
  return made;
}

/// The arguments of a call that names none, with all rows valid.
std::vector<int64_t> default_cells(const CompiledFunction& function) {
  std::vector<int64_t> cells;
  for (const ArgumentFacts& argument : function.arguments) {
    const float value = static_cast<float>(argument.default_value);
    cells.push_back(static_cast<int64_t>(argument.default_value));
    if (argument.dtype == DType::f32) std::memcpy(&cells.back(), &value, sizeof value);
  }
  return cells;
}

/// The results of one call, by hand, on guarded memory.
std::vector<TensorValue> call_guarded(const Executable& executable, const ProgramGraph& program,
                                      const std::vector<TensorValue>& inputs, int poison) {
  const CompiledFunction& function = executable.functions.at(0);
  State state = State::init(program.slots, 0);
  const auto arena = poisoned(function.arena_bytes, poison), block = poisoned(state.size_bytes(), poison);
  std::memcpy(block->data(), state.data(), block->size());
  std::vector<std::unique_ptr<Bytes>> given, results;
  std::vector<const void*> input_pointers;
  std::vector<void*> result_pointers;
  for (const TensorValue& input : inputs)
    input_pointers.push_back(given.emplace_back(holding(array_of(input)))->data());
  for (const TensorFacts& facts : function.results)
    result_pointers.push_back(results.emplace_back(poisoned(facts.size_bytes(), poison))->data());
  const std::vector<int64_t> cells = default_cells(function);
  const StatorCall call{block->data(), arena->data(), input_pointers.data(), result_pointers.data(), cells.data(),
                        nullptr,       nullptr};
  function.entry(&call);
  std::vector<TensorValue> values;
  for (size_t i = 0; i < results.size(); ++i) {
    const std::string_view bytes(reinterpret_cast<const char*>(results[i]->data()), results[i]->size());
    values.push_back(tensor_of(NdArray::from_bytes(function.results[i].dtype, function.results[i].extents, bytes)));
  }
  return values;
}

void check_bounds(uint64_t seed, const std::string& target) {
  const ProgramGraph program = with_gradients(random_program(seed)).program;
  const Function& function = program.functions[0];
  std::vector<TensorValue> inputs;
  for (size_t i = 0; i < function.inputs.size(); ++i)
    inputs.push_back(draw(function.inputs[i], rows, {-1.5, 1.5}, function.name, i));
  CompileOptions options = test_options();
  options.target = target;
  const std::shared_ptr<const Executable> executable = compile(program, {batch = rows}, options);
  CompiledProgram plain(program, rows, options);
  const std::vector<TensorValue> expected = plain.run(function.name.str(), inputs);
  for (const int poison : {0xff, 0x7b}) {
    const std::vector<TensorValue> found = call_guarded(*executable, program, inputs, poison);
    for (size_t r = 0; r < expected.size(); ++r) {
      INFO("seed " << seed << ", " << target << ", result " << r << ", memory full of " << poison);
      CHECK(same_bits(array_of(found[r]), array_of(expected[r])));
    }
  }
}

}  // namespace

TEST_CASE("kernels stay within their buffers, and read nothing that was not written") {
  for (uint64_t seed = 4001; seed <= 4060; ++seed) check_bounds(seed, "native");
  for (const std::string& target : host_targets())
    for (uint64_t seed = 4061; seed <= 4070; ++seed) check_bounds(seed, target);
}

}  // namespace stator::tests
