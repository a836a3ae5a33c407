// A value of an eager context: where its elements lie, how they are read, and where its gradient gathers.
#pragma once

#include <array>
#include <deque>
#include <optional>

#include "dsl/eager/tape.h"

namespace stator::eager {

/// The numbers that symbols stand for in a value's extents; 0: none.
using SymbolNumbers = std::array<int64_t, symbol::count>;

struct Entry {
  BlockRef block;
  std::byte* data = nullptr;  ///< the first element of the dense tensor behind it
  DType dtype = DType::f32;
  Dims base;  ///< of that tensor; rank 0: one element, which the view may spread
  View view;
  Dims dims;       ///< as the value is read
  PointRef point;  ///< null: no gradient is asked for
  SymbolNumbers numbers{};
  std::optional<double> constant;  ///< where the value is known without reading it

  bool is_single() const { return base.rank == 0; }
  int64_t base_bytes() const { return base.element_count() * size_bytes(dtype); }
  /// One element, read in the extents `to`.
  void spread(const Dims& to) {
    dims = to;
    view = View();
    if (to.rank == 0) return;
    Dims ones{to.rank, {}};
    for (int i = 0; i < to.rank; ++i) ones.at[static_cast<size_t>(i)] = 1;
    view.reshape({}, ones);
    if (!(ones == to)) view.broadcast(to);
  }
};

/// Entries by number. A number names its entry's generation too, so that one that is gone is told from its successor.
class EntryTable {
 public:
  int add(Entry entry);
  /// Errors: InternalError for a value that is gone.
  Entry& at(int id);
  void retain(int id) { ++slots_[index_of(id)].references; }
  void release(int id);
  int64_t count() const { return count_; }

 private:
  static constexpr int index_bits = 20, generation_mask = 0x1FF;
  struct Slot {
    Entry entry;
    int references = 0, generation = 0;
    bool is_free = false;
  };
  static size_t index_of(int id) { return static_cast<size_t>(id & ((1 << index_bits) - 1)); }

  std::deque<Slot> slots_;  // entries stay where they are
  std::vector<int> free_;
  int64_t count_ = 0;
};

}  // namespace stator::eager
