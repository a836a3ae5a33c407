// The state block: starting values and access by name. Files are in state_file.cpp.
#include "runtime/state.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "runtime/hash.h"
#include "runtime/philox.h"
#include "runtime/text.h"

namespace stator {
namespace {

NdArray::Extents extents_of(const Slot& slot) {
  NdArray::Extents extents;
  for (int axis = 0; axis < slot.spec.rank(); ++axis) extents.push_back(slot.spec.extents[axis].number);
  return extents;
}

/// The axes of what is stored, in the order of the slot's own.
std::vector<int> inverse(const std::vector<int>& axes) {
  std::vector<int> back(axes.size());
  for (size_t i = 0; i < axes.size(); ++i) back[static_cast<size_t>(axes[i])] = static_cast<int>(i);
  return back;
}

double drawn(const Init& init, const RandomStream& stream, int64_t index) {
  const auto at = static_cast<uint64_t>(index);
  switch (init.kind) {
    case Init::Kind::constant:
      return init.a;
    case Init::Kind::uniform:
      return init.a + (init.b - init.a) * static_cast<double>(uniform(stream, at));
    case Init::Kind::normal:
      return init.a + init.b * static_cast<double>(normal(stream, at));
  }
  throw InternalError("state: not a kind of starting value");
}

NdArray starting_value(const Slot& slot, uint64_t seed) {
  const RandomStream stream{seed, 0, fnv1a_32(slot.name)};
  NdArray value = NdArray::empty(slot.spec.dtype, extents_of(slot));
  visit_element(value.dtype(), [&]<class T>(std::type_identity<T>) {
    T* elements = value.data<T>();
    for (int64_t i = 0; i < value.element_count(); ++i) elements[i] = convert_element<T>(drawn(slot.init, stream, i));
    if (slot.init.zero_row < 0) return;
    const int64_t row = value.element_count() / value.extent(0);
    std::fill_n(elements + slot.init.zero_row * row, row, T{});
  });
  return value;
}

}  // namespace

State::State(std::vector<Slot> slots)
    : slots_(std::move(slots)), layout_(layout_of(slots_)), block_(AlignedBuffer::zeroed(layout_.total_bytes)) {
  std::set<std::string_view> names;
  for (const Slot& slot : slots_)
    if (!names.insert(slot.name).second) throw UserError(concat("state: two slots are called '", slot.name, "'"));
}

State State::init(std::vector<Slot> slots, uint64_t seed) {
  State state(std::move(slots));
  state.seed_ = seed;
  for (size_t i = 0; i < state.slots_.size(); ++i) state.write(i, starting_value(state.slots_[i], seed));
  return state;
}

State State::clone() const {
  State copy(slots_);
  copy.seed_ = seed_;
  std::memcpy(copy.data(), data(), static_cast<size_t>(size_bytes()));
  return copy;
}

std::vector<std::string> State::names() const {
  std::vector<std::string> names;
  for (const Slot& slot : slots_) names.push_back(slot.name);
  return names;
}

size_t State::index_of(std::string_view name) const {
  for (size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].name == name) return i;
  throw UserError(concat("state: no slot is called '", name, "'; there are ", bracketed(names())));
}

NdArray State::get(std::string_view name) const {
  const size_t index = index_of(name);
  const std::vector<int> axes = storage_axes(slots_[index].spec);
  NdArray::Extents extents = extents_of(slots_[index]), stored = extents;
  for (size_t i = 0; i < axes.size(); ++i) stored[i] = extents[static_cast<size_t>(axes[i])];
  NdArray value = NdArray::empty(slots_[index].spec.dtype, stored);
  std::memcpy(value.bytes(), data() + layout_.offset_bytes[index], static_cast<size_t>(value.size_bytes()));
  return axes.empty() ? value : value.permute(inverse(axes)).contiguous();
}

void State::set(std::string_view name, const NdArray& value) {
  const size_t index = index_of(name);
  const Slot& slot = slots_[index];
  if (value.dtype() != slot.spec.dtype || value.extents() != extents_of(slot))
    throw UserError(concat("state: slot '", name, "' is ", name_of(slot.spec.dtype), " ", bracketed(extents_of(slot)),
                           ", but was given ", describe(value)));
  write(index, value);
}

void State::write(size_t index, const NdArray& value) {
  const std::vector<int> axes = storage_axes(slots_[index].spec);
  const NdArray dense = (axes.empty() ? value : value.permute(axes)).contiguous();
  std::memcpy(data() + layout_.offset_bytes[index], dense.bytes(), static_cast<size_t>(dense.size_bytes()));
}

}  // namespace stator
