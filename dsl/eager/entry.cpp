// The table of values.
#include "dsl/eager/entry.h"

#include "runtime/error.h"

namespace stator::eager {

int EntryTable::add(Entry entry) {
  ++count_;
  if (free_.empty()) {
    if (slots_.size() >> index_bits) throw UserError("eager: more than a million values are alive at once");
    slots_.push_back({std::move(entry)});
    return static_cast<int>(slots_.size()) - 1;
  }
  const int index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[static_cast<size_t>(index)];
  slot.entry = std::move(entry);
  slot.is_free = false;
  return index | slot.generation << index_bits;
}

Entry& EntryTable::at(int id) {
  if (const size_t index = index_of(id); id >= 0 && index < slots_.size()) {
    Slot& slot = slots_[index];
    if (!slot.is_free && slot.generation == id >> index_bits) return slot.entry;
  }
  throw InternalError("eager: a value is used that no handle kept");
}

void EntryTable::release(int id) {
  const size_t index = index_of(id);
  Slot& slot = slots_[index];
  if (--slot.references > 0) return;
  slot.entry = Entry();
  slot.is_free = true;
  slot.generation = (slot.generation + 1) & generation_mask;
  free_.push_back(static_cast<int>(index));
  --count_;
}

}  // namespace stator::eager
