// Running compiled updates on the tensors that they update.
#include "dsl/eager/optimizer.h"

#include "compiler/interface/ops/movement.h"
#include "dsl/eager/machine.h"
#include "runtime/call_options.h"
#include "runtime/state_layout.h"

namespace stator::eager {

struct UpdateRunner::Compiled {
  Kernel kernel;
  std::vector<int> slots;       // the value of each of the program's slots
  std::vector<int> parameters;  // whose gradients are its inputs
  std::vector<int64_t> cells;   // of its arguments
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

void UpdateRunner::add(const std::vector<char>& given, const ProgramGraph& program) {
  Machine& machine = leaves_.context().machine();
  auto compiled = std::make_unique<Compiled>(Compiled{std::move(machine.kernels.compile(program).front()), {}, {}, {}});
  for (const Slot& slot : program.slots) {
    int id = leaves_.find(slot.name);
    if (id < 0) id = state_.find(slot.name);
    if (id < 0) {
      id = state_.add(slot);
      state_.start_last();
    }
    compiled->slots.push_back(id);
  }
  for (size_t i = 0; i < given.size(); ++i)
    if (given[i]) compiled->parameters.push_back(leaves_.id(i));
  compiled->cells.resize(compiled->kernel.facts().arguments.size());
  known_.emplace(given, std::move(compiled));
}

std::vector<NdArray> UpdateRunner::run(const std::vector<char>& given, const CallOptions& options) {
  Compiled& update = *known_.at(given);
  Machine& machine = leaves_.context().machine();
  const CompiledFunction& facts = update.kernel.facts();
  check_argument_names(facts, options);
  for (size_t i = 0; i < update.cells.size(); ++i) update.cells[i] = argument_cell(facts.arguments[i], options);
  std::vector<std::byte*> inputs, results, slots;
  for (int parameter : update.parameters) inputs.push_back(machine.gathered(parameter).data());
  for (int slot : update.slots) {
    Entry& entry = machine.table.at(slot);
    entry.block.touch();
    slots.push_back(entry.data);
  }
  std::vector<NdArray> made;
  for (const TensorFacts& result : facts.results) {
    made.push_back(NdArray::empty(result.dtype, result.extents));
    results.push_back(made.back().bytes());
  }
  update.kernel.run({inputs, results, slots, update.cells.data()}, machine.workspace);
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
