// Running compiled updates on the tensors that they update.
#include "dsl/eager/optimizer.h"

#include "compiler/interface/ops/movement.h"
#include "dsl/eager/machine.h"
#include "dsl/eager/update_parts.h"
#include "runtime/call_options.h"
#include "runtime/element.h"
#include "runtime/state_layout.h"

namespace stator::eager {

struct UpdateRunner::Compiled {
  /// The flat part of a parameter's update; slots as values.
  struct Flat {
    const OpCode* code;
    std::vector<PartInput> inputs;
    std::vector<int> slots;
    int64_t count;
  };

  /// A sum of what comes from gradients; inputs are places among the parameters.
  struct Sum {
    const FlatSumCode* code;
    std::vector<int> inputs;
    DType dtype;
    double start;
    int64_t count;
  };

  std::vector<Sum> sums;
  Kernel rest;
  std::vector<int> rest_slots;  // values
  std::vector<PartInput> rest_inputs;
  std::vector<int64_t> cells, scalars;  // of the rest's arguments, and what it gives to flat parts
  std::vector<Flat> flat;
  std::vector<int> parameters;  // that have gradients
};

UpdateRunner::UpdateRunner(Leaves& leaves) : leaves_(leaves), state_(leaves.context()) {}
UpdateRunner::~UpdateRunner() = default;

std::vector<char> UpdateRunner::have_gradients() const {
  std::vector<char> given;
  bool any = false;
  for (size_t i = 0; i < leaves_.slots().size(); ++i) {
    given.push_back(leaves_.context().machine().has_grad(leaves_.id(i)));
    any = any || given.back();
  }
  if (!any) throw UserError("optimizer: no parameter has a gradient: call backward before step");
  return given;
}

/// The values of those slots of a program, which are made if they are new.
std::vector<int> UpdateRunner::values_of(const std::vector<int>& slots, const ProgramGraph& program) {
  std::vector<int> values;
  for (int index : slots) {
    const Slot& slot = program.slots[static_cast<size_t>(index)];
    int id = leaves_.find(slot.name);
    if (id < 0) id = state_.find(slot.name);
    if (id < 0) {
      id = state_.add(slot);
      state_.start_last();
    }
    values.push_back(id);
  }
  return values;
}

void UpdateRunner::add(const std::vector<char>& given, const ProgramGraph& program) {
  KernelStore& kernels = leaves_.context().machine().kernels;
  const UpdateParts parts = in_parts(program);
  auto compiled = std::make_unique<Compiled>(Compiled{{},
                                                      std::move(kernels.compile(parts.rest.program).front()),
                                                      values_of(parts.rest.slots, program),
                                                      parts.rest.inputs,
                                                      {},
                                                      std::vector<int64_t>(static_cast<size_t>(parts.rest.scalars)),
                                                      {},
                                                      {}});
  for (const FlatSum& sum : parts.sums)
    compiled->sums.push_back(
        {&kernels.flat_sum(sum.program), sum.inputs, sum.program.slots.front().spec.dtype, sum.start, sum.count});
  for (const FlatUpdate& flat : parts.flat)
    compiled->flat.push_back(
        {&kernels.flat_update(flat.program), flat.inputs, values_of(flat.slots, program), flat.count});
  for (size_t i = 0; i < given.size(); ++i)
    if (given[i]) compiled->parameters.push_back(leaves_.id(i));
  compiled->cells.resize(compiled->rest.facts().arguments.size());
  known_.emplace(given, std::move(compiled));
}

std::vector<std::byte*> UpdateRunner::slots_to_write(const std::vector<int>& values) const {
  std::vector<std::byte*> slots;
  for (int value : values) {
    Entry& entry = leaves_.context().machine().table.at(value);
    entry.block.touch();
    slots.push_back(entry.data);
  }
  return slots;
}

/// What a part reads: gradients, and `scalars`, each in a cell of its own.
std::vector<std::byte*> UpdateRunner::inputs_of(const Compiled& update, const std::vector<PartInput>& inputs,
                                                std::vector<int64_t>& scalars) {
  std::vector<std::byte*> addresses;
  for (const PartInput& input : inputs) {
    const auto index = static_cast<size_t>(input.index);
    addresses.push_back(input.is_scalar ? reinterpret_cast<std::byte*>(&scalars[index])
                                        : leaves_.context().machine().gathered(update.parameters[index]).data());
  }
  return addresses;
}

/// The sums of an update, each in a cell of its own.
std::vector<int64_t> UpdateRunner::run_sums(const Compiled& update) {
  Machine& machine = leaves_.context().machine();
  std::vector<int64_t> cells(update.sums.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    const Compiled::Sum& sum = update.sums[i];
    auto* cell = reinterpret_cast<std::byte*>(&cells[i]);
    visit_element(sum.dtype,
                  [&]<class T>(std::type_identity<T>) { *reinterpret_cast<T*>(cell) = convert_element<T>(sum.start); });
    std::vector<std::byte*> inputs;
    for (int input : sum.inputs)
      inputs.push_back(machine.gathered(update.parameters[static_cast<size_t>(input)]).data());
    sum.code->run(inputs, sum.count, cell, machine.workspace);
  }
  return cells;
}

/// The rest of an update: what it gives to the user, and scalars for the flat parts.
std::vector<NdArray> UpdateRunner::run_rest(Compiled& update, const CallOptions& options) {
  Machine& machine = leaves_.context().machine();
  const CompiledFunction& facts = update.rest.facts();
  check_argument_names(facts, options);
  for (size_t i = 0; i < update.cells.size(); ++i) update.cells[i] = argument_cell(facts.arguments[i], options);
  std::vector<int64_t> sums = run_sums(update);
  const std::vector<std::byte*> inputs = inputs_of(update, update.rest_inputs, sums);
  std::vector<std::byte*> results;
  const std::vector<std::byte*> slots = slots_to_write(update.rest_slots);
  std::vector<NdArray> made;
  for (size_t i = 0; i + update.scalars.size() < facts.results.size(); ++i) {
    made.push_back(NdArray::empty(facts.results[i].dtype, facts.results[i].extents));
    results.push_back(made.back().bytes());
  }
  for (int64_t& scalar : update.scalars) results.push_back(reinterpret_cast<std::byte*>(&scalar));
  update.rest.run({inputs, results, slots, update.cells.data()}, machine.workspace);
  return made;
}

std::vector<NdArray> UpdateRunner::run(const std::vector<char>& given, const CallOptions& options) {
  Compiled& update = *known_.at(given);
  Machine& machine = leaves_.context().machine();
  std::vector<NdArray> made = run_rest(update, options);
  for (const Compiled::Flat& flat : update.flat) {
    const std::vector<std::byte*> inputs = inputs_of(update, flat.inputs, update.scalars);
    flat.code->run({inputs, {}, slots_to_write(flat.slots)}, flat.count, machine.workspace);
  }
  leaves_.context().set_step(leaves_.context().step() + 1);
  return made;
}

Value gradient_input(Trace& trace, const TensorSpec& parameter) {
  const std::vector<int> axes = storage_axes(parameter);
  TensorSpec stored{parameter.dtype, parameter.extents};
  if (axes.empty()) return {{&trace, trace.input(stored)}, stored};
  rule::Permute back;
  back.axes.count = static_cast<int>(axes.size());
  for (size_t i = 0; i < axes.size(); ++i) {
    stored.extents[static_cast<int>(i)] = parameter.extents[axes[i]];
    back.axes.at[axes[i]] = static_cast<long>(i);
  }
  const Handle input{&trace, trace.input(stored)};
  return {perform(back, parameter, input), parameter};
}

}  // namespace stator::eager
