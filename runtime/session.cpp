// Running the functions of an executable: checks and stages inputs, owns arena and results, holds the threads.
#include "runtime/session.h"

#include <algorithm>
#include <cstring>

#include "runtime/error.h"
#include "runtime/profile/profile.h"
#include "runtime/staging.h"
#include "runtime/text.h"

namespace stator {

namespace {

constexpr std::string_view valid_prefix = "valid.";

}  // namespace

Session::Session(std::shared_ptr<const Executable> executable, int threads, std::shared_ptr<Profile> profile)
    : executable_(std::move(executable)),
      pool_(std::make_unique<ThreadPool>(threads_or_all(threads))),
      profile_(std::move(profile)) {
  int64_t arena_bytes = 0;
  for (const CompiledFunction& function : executable_->functions) {
    arena_bytes = std::max(arena_bytes, function.arena_bytes);
    Frame& frame = frames_.emplace_back();
    for (const TensorFacts& result : function.results)
      frame.whole_results.push_back(NdArray::zeros(result.dtype, result.extents));
    frame.results = frame.whole_results;
    for (NdArray& result : frame.whole_results) frame.result_pointers.push_back(result.bytes());
    frame.staged.resize(function.inputs.size());
    frame.input_pointers.resize(function.inputs.size());
    frame.argument_cells.resize(function.arguments.size());
    frame.valid.resize(symbol::count);
  }
  arena_ = AlignedBuffer::zeroed(arena_bytes);
}

int Session::index_of(std::string_view name) const {
  return static_cast<int>(&executable_->function(name) - executable_->functions.data());
}

std::span<const NdArray> Session::call(int index, State& state, std::span<const NdArray* const> inputs,
                                       const CallOptions& options) {
  const CompiledFunction& function = executable_->functions[index];
  Frame& frame = frames_[index];
  if (state.size_bytes() != executable_->state_bytes)
    throw UserError(concat(function.name, ": the state is of another program: it has ", state.size_bytes(),
                           " bytes, the program's has ", executable_->state_bytes));
  take_valid_extents(function, frame, inputs);
  set_arguments(function, frame, state, options);
  stage_inputs(function, frame, inputs);
  const bool threaded = pool_->threads() > 1;
  const StatorCall call{state.data(),
                        arena_.data(),
                        frame.input_pointers.data(),
                        frame.result_pointers.data(),
                        frame.argument_cells.data(),
                        threaded ? &ThreadPool::parallel : nullptr,
                        pool_.get()};
  if (profile_) profile_->run(executable_, index, call, pool_->threads());
  else function.entry(&call);
  trim_results(function, frame);
  return frame.results;
}

void Session::take_valid_extents(const CompiledFunction& function, Frame& frame,
                                 std::span<const NdArray* const> inputs) {
  if (inputs.size() != function.inputs.size())
    throw UserError(concat(function.name, ": ", inputs.size(), " inputs given, ", function.inputs.size(), " expected"));
  std::fill(frame.valid.begin(), frame.valid.end(), 0);
  frame.partial = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const InputName where{function.name, i};
    take_extents(function.inputs[i], *inputs[i], where, frame.valid);
    check_labels(function.inputs[i], *inputs[i], where);
    frame.partial |= inputs[i]->extents() != function.inputs[i].extents;
  }
}

void Session::stage_inputs(const CompiledFunction& function, Frame& frame, std::span<const NdArray* const> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const NdArray& array = *inputs[i];
    const bool whole = array.extents() == function.inputs[i].extents;
    if (whole && array.is_contiguous()) {
      frame.input_pointers[i] = array.bytes();
      continue;
    }
    NdArray& staged = frame.staged[i];
    if (staged.extents() != function.inputs[i].extents || staged.dtype() != function.inputs[i].dtype)
      staged = NdArray::zeros(function.inputs[i].dtype, function.inputs[i].extents);
    copy_and_repeat(array.contiguous(), staged);
    frame.input_pointers[i] = staged.bytes();
  }
}

void Session::set_arguments(const CompiledFunction& function, Frame& frame, const State& state,
                            const CallOptions& options) {
  check_argument_names(function, options);
  for (size_t i = 0; i < function.arguments.size(); ++i) {
    const ArgumentFacts& argument = function.arguments[i];
    int64_t& cell = frame.argument_cells[i];
    if (argument.name == "seed") {
      cell = options.seed.value_or(static_cast<int64_t>(state.seed()));
    } else if (argument.name.starts_with(valid_prefix)) {
      cell = static_cast<int64_t>(argument.default_value);
      for (int s = 1; s < symbol::count; ++s)
        if (std::string_view(argument.name).substr(valid_prefix.size()) == symbol::name_of(static_cast<Symbol>(s)) &&
            frame.valid[s] != 0)
          cell = frame.valid[s];
    } else {
      cell = argument_cell(argument, options);
    }
  }
}

void Session::trim_results(const CompiledFunction& function, Frame& frame) {
  for (size_t i = 0; i < frame.results.size(); ++i) {
    const TensorFacts& facts = function.results[i];
    frame.results[i] = frame.whole_results[i];
    if (!frame.partial) continue;
    for (size_t axis = 0; axis < facts.extents.size(); ++axis)
      if (facts.symbols[axis] != symbol::none && frame.valid[facts.symbols[axis]] != 0)
        frame.results[i] = frame.results[i].slice(static_cast<int>(axis), 0, frame.valid[facts.symbols[axis]]);
  }
}

}  // namespace stator
