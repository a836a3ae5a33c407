// Named tensors, and their way from and to a state.
#include <algorithm>
#include <cstring>

#include "dsl/eager/machine.h"
#include "dsl/eager/module.h"
#include "runtime/text.h"

namespace stator::eager {
namespace {

Dims dims_of(const TensorSpec& spec) { return bound_dims("module", spec.extents, {}); }

/// As the tensor lies in memory.
NdArray stored(const NdArray& value, const std::vector<int>& axes) {
  return (axes.empty() ? value : value.permute(axes)).contiguous();
}

}  // namespace

Leaves::~Leaves() {
  for (int id : ids_) context_->machine().table.release(id);
}

int Leaves::add(const Slot& slot) {
  const bool wants_gradient = slot.role == Slot::Role::parameter && is_float(slot.spec.dtype);
  const std::vector<int> axes = storage_axes(slot.spec);
  slots_.push_back(slot);
  ids_.push_back(context_->machine().add_leaf(slot.spec.dtype, dims_of(slot.spec), axes, wants_gradient));
  return ids_.back();
}

int Leaves::find(std::string_view name) const {
  for (size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].name == name) return ids_[i];
  return -1;
}

void Leaves::set(size_t index, const NdArray& value) {
  const NdArray dense = stored(value, storage_axes(slots_[index].spec));
  Entry& entry = context_->machine().table.at(ids_[index]);
  std::memcpy(entry.data, dense.bytes(), static_cast<size_t>(dense.size_bytes()));
  entry.block.touch();
}

void Leaves::init(uint64_t seed) {
  const State start = State::init(slots_, seed);
  for (size_t i = 0; i < slots_.size(); ++i) set(i, start.get(slots_[i].name));
}

void Leaves::start_last() {
  const State start = State::init({slots_.back()}, 0);
  set(slots_.size() - 1, start.get(slots_.back().name));
}

void Leaves::load(const State& state) {
  for (const Slot& slot : state.slots())
    for (size_t i = 0; i < slots_.size(); ++i) {
      if (!(slots_[i].name == slot.name)) continue;
      if (!(slots_[i].spec == slot.spec))
        throw UserError(concat("load: slot '", slot.name, "' is ", describe(state.get(slot.name)),
                               ", another dtype or other extents than here"));
      set(i, state.get(slot.name));
    }
}

void Leaves::store(State& state) const {
  for (const Slot& slot : state.slots())
    if (const int id = find(slot.name); id >= 0) state.set(slot.name, context_->machine().array(id));
}

void Leaves::clear_grads() {
  for (int id : ids_) context_->machine().clear_grad(id);
}

}  // namespace stator::eager
