// The loop over tiles, cut into parts that threads may share.
#include "dsl/eager/tiled_code.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "dsl/eager/op_kernels.h"
#include "runtime/error.h"

namespace stator::eager {
namespace {

constexpr size_t most_outputs = 3, most_inputs = most_outputs + 2;  // operands, the result and its cotangent
constexpr int64_t reduced_at_once = 32 * tile_elements;             // elements of a part
constexpr int64_t most_own_elements = reduced_at_once / 8;  // of a result that each part reduces into one of its own

int64_t bytes_of(const TileOutput& output) { return output.elements * size_bytes(output.dtype); }

/// Buffers of this thread.
std::byte* buffers(size_t count) {
  thread_local AlignedBuffer memory;
  const int64_t bytes = static_cast<int64_t>(count) * tile_buffer_bytes;
  if (memory.size_bytes() < bytes) memory = AlignedBuffer::uninitialised(bytes);
  return memory.data();
}

}  // namespace

/// One call: its tensors, and what parts reduce into that have results of their own.
struct TiledCode::Call {
  const TiledCode& code;
  const KernelCall& tensors;
  std::byte* own;
};

/// What one part reads and writes.
struct TiledCode::Part {
  std::optional<TileReader> readers[most_inputs];
  std::optional<TileSum> sums[most_outputs];
  std::byte* tiles[most_outputs] = {};  // that reduced outputs of the code are written to
};

/// Parts end where outputs that lie along the first axis do; where all elements go to all of a large output, there is
/// one part.
TiledCode::TiledCode(const OpCode* code, std::vector<TileInput> inputs, std::vector<TileOutput> outputs, int64_t count)
    : code_(code), inputs_(std::move(inputs)), outputs_(std::move(outputs)), count_(count) {
  if (inputs_.size() > most_inputs || outputs_.size() > most_outputs)
    throw InternalError("eager: an op has more tensors than tiles are made for");
  bool in_one = false;
  int64_t step = 1;
  for (const TileOutput& output : outputs_) {
    moved_bytes_ += bytes_of(output);
    if (!output.is_reduced()) continue;
    buffers_ += 2;
    step = std::max(step, output.nest.first_step());
    in_one = in_one || (output.nest.first_step() == 0 && output.elements > most_own_elements);
  }
  for (const TileInput& input : inputs_) {
    if (!input.is_read) continue;
    moved_bytes_ += input.nest.distinct_count() * input.element_bytes;
    if (!input.nest.is_dense()) ++buffers_;
  }
  part_elements_ = in_one ? count_ : (reduced_at_once + step - 1) / step * step;
  for (const TileOutput& output : outputs_)
    if (has_own(output)) own_bytes_ += parts() * bytes_of(output);
  is_copy_ = !code_ && outputs_.size() == 1 && !outputs_[0].is_reduced();
}

bool TiledCode::has_own(const TileOutput& output) const {
  return output.is_reduced() && parts() > 1 && output.nest.first_step() == 0;
}

int TiledCode::given_input(int result) const {
  const TileOutput& output = outputs_[static_cast<size_t>(result)];
  const bool is_same = output.copied_input >= 0 && !output.is_reduced() && output.elements == count_ &&
                       inputs_[static_cast<size_t>(output.copied_input)].nest.is_dense();
  return is_same ? output.copied_input : -1;
}

bool TiledCode::has_code() const {
  for (size_t i = 0; i < outputs_.size(); ++i)
    if (given_input(static_cast<int>(i)) < 0) return true;
  return false;
}

bool TiledCode::adds_up() const {
  return std::ranges::any_of(outputs_, [](const TileOutput& output) {
    return output.is_reduced() && output.sum.reduction == Reduction::sum && is_float(output.dtype);
  });
}

std::byte* TiledCode::target_of(const Call& call, size_t output, int64_t part) const {
  if (!has_own(outputs_[output])) return call.tensors.results[output];
  std::byte* own = call.own;
  for (size_t i = 0; i < output; ++i)
    if (has_own(outputs_[i])) own += parts() * bytes_of(outputs_[i]);
  return own + part * bytes_of(outputs_[output]);
}

/// All that is reduced into begins neutral.
void TiledCode::fill_all(const Call& call) const {
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const TileOutput& output = outputs_[i];
    if (!output.is_reduced() && count_ > 0) continue;
    const int64_t copies = has_own(output) ? parts() : 1;
    fill_neutral(output.sum.reduction, output.dtype, copies * output.elements, target_of(call, i, 0));
  }
}

void TiledCode::run_part(const Call& call, int64_t number) const {
  const int64_t first = number * part_elements_, end = std::min(first + part_elements_, count_);
  std::byte* buffer = buffers(buffers_);
  Part part;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (!inputs_[i].is_read) continue;
    part.readers[i].emplace(inputs_[i], call.tensors.inputs[i], first, buffer);
    if (!inputs_[i].nest.is_dense()) buffer += tile_buffer_bytes;
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const TileOutput& output = outputs_[i];
    if (!output.is_reduced()) continue;
    part.sums[i].emplace(output.sum, output.nest, target_of(call, i, number), first, buffer);
    part.tiles[i] = buffer + tile_buffer_bytes;
    buffer += 2 * tile_buffer_bytes;
  }
  for (int64_t at = first; at < end; at += tile_elements) run_tile(call, part, at, std::min(tile_elements, end - at));
  for (std::optional<TileSum>& sum : part.sums)
    if (sum) sum->finish();
}

void TiledCode::run_tile(const Call& call, Part& part, int64_t first, int64_t count) const {
  std::byte *inputs[most_inputs], *results[most_outputs];
  for (size_t i = 0; i < outputs_.size(); ++i)
    results[i] = part.sums[i] ? part.tiles[i] : call.tensors.results[i] + first * size_bytes(outputs_[i].dtype);
  if (is_copy_) return part.readers[static_cast<size_t>(outputs_[0].copied_input)]->write_next(count, results[0]);
  for (size_t i = 0; i < inputs_.size(); ++i)
    inputs[i] = part.readers[i] ? const_cast<std::byte*>(part.readers[i]->next(count)) : nullptr;
  if (code_) code_->run_tile({{inputs, inputs_.size()}, {results, outputs_.size()}}, count);
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const int copied = outputs_[i].copied_input;
    if (part.sums[i]) part.sums[i]->add(copied < 0 ? results[i] : inputs[copied], count);
  }
}

/// Adds up what parts have reduced into results of their own.
void TiledCode::join(const Call& call) const {
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const TileOutput& output = outputs_[i];
    if (!has_own(output)) continue;
    std::byte* to = call.tensors.results[i];
    std::memcpy(to, target_of(call, i, 0), static_cast<size_t>(bytes_of(output)));
    for (int64_t part = 1; part < parts(); ++part) {
      std::byte* from = target_of(call, i, part);
      output.sum.accumulate->run_tile({{&from, 1}, {}, {&to, 1}}, output.elements);
    }
  }
}

void TiledCode::run(const KernelCall& tensors, Workspace& workspace) const {
  ++workspace.launches;
  workspace.moved_bytes += moved_bytes_;
  const Call call{*this, tensors, own_bytes_ > 0 ? workspace.scratch_of(own_bytes_) : nullptr};
  fill_all(call);
  const int64_t count = parts();
  if (workspace.pool.threads() > 1 && count > 1) {
    auto work = [](const StatorCall* context, int64_t part) {
      const Call& all = *reinterpret_cast<const Call*>(context);
      all.code.run_part(all, part);
    };
    workspace.pool.run(work, reinterpret_cast<const StatorCall*>(&call), count);
  } else {
    for (int64_t part = 0; part < count; ++part) run_part(call, part);
  }
  join(call);
}

}  // namespace stator::eager
