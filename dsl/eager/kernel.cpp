// The loop over a function's table, with the places of buffers resolved ahead.
#include "dsl/eager/kernel.h"

#include <algorithm>

#include "runtime/error.h"

namespace stator::eager {
namespace {

std::byte* own_scratch(int64_t size_bytes) {
  thread_local AlignedBuffer scratch;
  if (scratch.size_bytes() < size_bytes) scratch = AlignedBuffer::uninitialised(size_bytes);
  return scratch.data();
}

}  // namespace

Kernel::Kernel(std::shared_ptr<const Executable> executable, int function, std::vector<int64_t> slot_offsets)
    : executable_(std::move(executable)), function_(&executable_->functions[static_cast<size_t>(function)]) {
  const StepTable& table = function_->table;
  if (!table.loops.empty()) throw InternalError("eager: '" + function_->name + "' has a loop");
  reads_input_.resize(function_->inputs.size());
  for (int64_t step = 0; step < table.step_count(); ++step) {
    const int64_t* numbers = &table.steps[static_cast<size_t>(step * StepTable::step_numbers)];
    const auto kernel = static_cast<size_t>(numbers[0]);
    steps_.push_back({executable_->kernel_code[kernel], numbers[1], places_.size(), static_cast<size_t>(numbers[3]),
                      executable_->kernels[kernel].bytes});
    const int64_t* buffer = table.buffers.data() + numbers[2];
    for (int64_t i = 0; i < numbers[3]; ++i, buffer += StepTable::buffer_numbers) {
      places_.push_back(place_of(buffer[0], buffer[1], slot_offsets));
      runs_alone_ = runs_alone_ && places_.back().base != Base::arguments;
      if (places_.back().base == Base::input) reads_input_[static_cast<size_t>(places_.back().index)] = true;
    }
    most_places_ = std::max(most_places_, steps_.back().count);
  }
  runs_alone_ = runs_alone_ && most_places_ <= most_places_alone;
  copied_input_.assign(function_->results.size(), -1);
}

Kernel::Place Kernel::place_of(int64_t base, int64_t offset, const std::vector<int64_t>& slot_offsets) const {
  const auto inputs = static_cast<int64_t>(function_->inputs.size());
  const auto results = static_cast<int64_t>(function_->results.size());
  if (base == 0) {
    const auto behind = std::upper_bound(slot_offsets.begin(), slot_offsets.end(), offset);
    const auto slot = static_cast<int>(behind - slot_offsets.begin()) - 1;
    return {Base::slot, slot, offset - slot_offsets[static_cast<size_t>(slot)],
            static_cast<int>(inputs + results) + slot};
  }
  if (base == 1) return {Base::scratch, 0, offset, -1};
  if (base == 2) return {Base::arguments, 0, offset, -1};
  const auto tensor = static_cast<int>(base - 3);
  if (tensor < inputs) return {Base::input, tensor, offset, tensor};
  return {Base::result, tensor - static_cast<int>(inputs), offset, tensor};
}

/// The result that a step of two tensors makes of the last input, where sizes are equal; -1: none.
int Kernel::result_copied_by(const Step& step) const {
  const Place &from = places_[step.first], &to = places_[step.first + 1];
  const auto result = static_cast<size_t>(to.index), input = static_cast<size_t>(from.index);
  const bool may_be = from.base == Base::input && input + 1 == function_->inputs.size() && to.base == Base::result &&
                      function_->inputs[input].size_bytes() == function_->results[result].size_bytes();
  return may_be ? to.index : -1;
}

void Kernel::leave_out_copies(std::span<const char> in_order) {
  size_t kept = 0;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto kernel = static_cast<size_t>(function_->table.steps[i * StepTable::step_numbers]);
    const bool only_moves = executable_->kernels[kernel].operations.empty() && steps_[i].count == 2;
    const int result = only_moves ? result_copied_by(steps_[i]) : -1;
    if (result >= 0 && in_order[static_cast<size_t>(result)])
      copied_input_[static_cast<size_t>(result)] = places_[steps_[i].first].index;
    else steps_[kept++] = steps_[i];
  }
  steps_.resize(kept);
}

void Kernel::find_addresses(const Step& step, const KernelCall& call, std::byte* scratch, std::byte** addresses) const {
  for (size_t i = 0; i < step.count; ++i) {
    const Place& place = places_[step.first + i];
    const auto index = static_cast<size_t>(place.index);
    std::byte* base = scratch;
    if (place.base == Base::input) base = call.inputs[index];
    else if (place.base == Base::result) base = call.results[index];
    else if (place.base == Base::slot) base = call.slots[index];
    else if (place.base == Base::arguments) base = static_cast<std::byte*>(const_cast<void*>(call.arguments));
    addresses[i] = base + place.offset_bytes;
  }
}

void Kernel::run(const KernelCall& call, Workspace& workspace) const {
  std::byte* scratch = function_->arena_bytes ? workspace.scratch_of(function_->arena_bytes) : nullptr;
  if (workspace.addresses.size() < most_places_) workspace.addresses.resize(most_places_);
  std::byte** const addresses = workspace.addresses.data();
  const bool threaded = workspace.pool.threads() > 1;
  for (const Step& step : steps_) {
    find_addresses(step, call, scratch, addresses);
    const auto* context = reinterpret_cast<const StatorCall*>(addresses);
    if (threaded && step.chunks > 1) {
      workspace.pool.run(step.code, context, step.chunks);
    } else {
      for (int64_t chunk = 0; chunk < step.chunks; ++chunk) step.code(context, chunk);
    }
    workspace.moved_bytes += step.bytes;
  }
  workspace.launches += static_cast<int64_t>(steps_.size());
}

void Kernel::run_alone(std::byte* const* tensors) const {
  if (!runs_alone_) throw InternalError("eager: '" + function_->name + "' has too many tensors, or arguments");
  std::byte* const scratch = function_->arena_bytes ? own_scratch(function_->arena_bytes) : nullptr;
  std::byte* addresses[most_places_alone];
  for (const Step& step : steps_) {
    const Place* place = &places_[step.first];
    for (size_t i = 0; i < step.count; ++i, ++place)
      addresses[i] = (place->tensor < 0 ? scratch : tensors[place->tensor]) + place->offset_bytes;
    for (int64_t chunk = 0; chunk < step.chunks; ++chunk)
      step.code(reinterpret_cast<const StatorCall*>(addresses), chunk);
  }
}

}  // namespace stator::eager
