// The state of a program: parameters, buffers and optimizer state in one block, shared by its executables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/interface/graph.h"
#include "runtime/arena.h"
#include "runtime/ndarray.h"
#include "runtime/state_layout.h"

namespace stator {

/// One contiguous, 64-byte aligned block, laid out by `layout_of`. Movable; `clone` copies.
class State {
 public:
  /// Every slot at zero. Errors: UserError for a slot of unbound extents, or two of one name.
  explicit State(std::vector<Slot> slots);

  /// Every slot as its `init` says. A slot's draws depend on the seed and its own name alone: Philox keyed by the seed,
  /// at the site fnv1a_32(name), step 0; element i is draw i. A uniform is a + (b - a) * u, a normal a + b * z, in f64.
  static State init(std::vector<Slot> slots, uint64_t seed);

  State clone() const;

  std::byte* data() { return block_.data(); }
  const std::byte* data() const { return block_.data(); }
  int64_t size_bytes() const { return layout_.total_bytes; }
  const StateLayout& layout() const { return layout_; }
  const std::vector<Slot>& slots() const { return slots_; }
  std::vector<std::string> names() const;
  uint64_t seed() const { return seed_; }

  /// A copy of a slot. Errors: UserError where no slot has that name; it lists those there are.
  NdArray get(std::string_view name) const;
  /// Errors: UserError for an unknown name, or a value of another dtype or other extents; it gives both.
  void set(std::string_view name, const NdArray& value);

  /// Writes all slots under their names, and the seed, as safetensors; a file in its place stays whole until the end.
  /// Errors: UserError where it cannot be written.
  void save(const std::string& path) const;
  /// Reads what `save` wrote. Errors: UserError for a damaged file, or one whose names, dtypes or extents are not those
  /// of the slots; it names those that are missing, unexpected or different, and the state stays as it was.
  void load(const std::string& path);
  /// The same for a file of parameters alone, as PyTorch exports them: every parameter must be there, buffers may be,
  /// and optimizer state is left out.
  void load_parameters(const std::string& path);

 private:
  enum class Contents { everything, parameters };

  size_t index_of(std::string_view name) const;
  void write(size_t index, const NdArray& value);
  void load(const std::string& path, Contents contents);

  std::vector<Slot> slots_;
  StateLayout layout_;
  AlignedBuffer block_;
  uint64_t seed_ = 0;
};

}  // namespace stator
