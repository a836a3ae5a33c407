// Code without shapes on operands that lie each in its own way, and into results that are sums: tile by tile.
#pragma once

#include <vector>

#include "dsl/eager/tile_sum.h"

namespace stator::eager {

/// Where tiles of a result go.
struct TileOutput {
  Nest nest;             ///< collapsed; dense: it lies as tiles follow each other, else they are reduced into it
  int64_t elements = 0;  ///< of the tensor that they go to
  DType dtype = DType::f32;
  int copied_input = -1;  ///< the input that is the result before it is reduced; -1: the code gives it
  SumCode sum = {};       ///< where tiles are reduced

  bool is_reduced() const { return !nest.is_dense(); }
};

/// An op on tensors of certain shapes, for which nothing was compiled.
class TiledCode {
 public:
  /// `code`: flat; null: every output is that of an input. `count`: elements of all tiles.
  TiledCode(const OpCode* code, std::vector<TileInput> inputs, std::vector<TileOutput> outputs, int64_t count);

  /// Sums come out the same at any number of threads: parts that depend on shapes alone are added up in their order.
  void run(const KernelCall& call, Workspace& workspace) const;

  bool reads_input(int index) const { return inputs_[static_cast<size_t>(index)].is_read; }
  /// The input that is given in the place of a result; -1: none.
  int given_input(int result) const;
  /// Whether anything is left to run.
  bool has_code() const;
  /// Whether floats are added up: then the order is that of tiles, and code for the shape would round otherwise.
  bool adds_up() const;

 private:
  struct Part;
  struct Call;

  int64_t parts() const { return (count_ + part_elements_ - 1) / part_elements_; }
  bool has_own(const TileOutput& output) const;
  std::byte* target_of(const Call& call, size_t output, int64_t part) const;
  void run_part(const Call& call, int64_t part) const;
  void run_tile(const Call& call, Part& part, int64_t first, int64_t count) const;
  void join(const Call& call) const;
  void fill_all(const Call& call) const;

  const OpCode* code_;
  std::vector<TileInput> inputs_;
  std::vector<TileOutput> outputs_;
  int64_t count_, part_elements_ = 0, own_bytes_ = 0, moved_bytes_ = 0;
  size_t buffers_ = 0;    // that a part needs
  bool is_copy_ = false;  // of one tensor, in another order
};

}  // namespace stator::eager
