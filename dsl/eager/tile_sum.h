// What tiles are reduced into: a gradient of an operand that was broadcast, or the result of a reduction.
#pragma once

#include "dsl/eager/op_program.h"
#include "dsl/eager/tile_reader.h"

namespace stator::eager {

class OpCode;

/// Whether tiles of a dtype can be reduced.
inline bool may_be_summed(DType dtype) { return dtype == DType::f32 || dtype == DType::f64 || dtype == DType::i64; }

/// Code that reduces tiles.
struct SumCode {
  Reduction reduction = Reduction::sum;
  DType dtype = DType::f32;
  const OpCode* accumulate = nullptr;
  const Kernel* rows = nullptr;     ///< for rows of `row_length`
  int64_t row_length = 0;           ///< 0: without code for rows
  const Kernel* columns = nullptr;  ///< for rows as wide as the nest's period
};

/// The length of rows that code reduces, for an innermost axis of `extent` elements: one that divides it, where that is
/// not too short, else one that short rows are padded to; 0: neither.
int64_t row_length_of(int64_t extent);

/// Fills `count` elements with what a reduction begins with: 0, or what nothing is less than.
void fill_neutral(Reduction reduction, DType dtype, int64_t count, std::byte* to);

/// Reduces tiles that follow each other. `target` begins with neutral elements. Its axes are those of `nest` with a
/// stride; others are reduced. The order of sums depends on the nest and on where tiles begin.
class TileSum {
 public:
  /// `nest`: collapsed; `first`: where the first tile begins; `buffer`: of `tile_buffer_bytes`. `code` and `nest` stay
  /// where they are.
  TileSum(const SumCode& code, const Nest& nest, std::byte* target, int64_t first, std::byte* buffer);

  void add(const std::byte* tile, int64_t count);
  /// After the last tile.
  void finish() {
    if (has_columns_) give_columns(at_ - 1);
  }

 private:
  void add_rows(const std::byte* tile, int64_t count);
  void add_long_rows(const std::byte* tile, int64_t count);
  void add_columns(const std::byte* tile, int64_t count);
  void add_runs(const std::byte* tile, int64_t count);
  int64_t pack(const std::byte* tile, int64_t count);
  void add_values(const std::byte* values, int64_t count);
  void move_on(int64_t count);
  bool add_whole_columns(const std::byte* tile, int64_t count);
  void give_columns(int64_t last);
  std::byte* target_of_block(int64_t element) const;
  void accumulate(const std::byte* from, std::byte* to, int64_t count) const;
  std::byte* buffer_at(int64_t element) const { return buffer_ + element * bytes_; }

  const SumCode& code_;
  const Nest& nest_;
  Nest outer_;  // where sums of rows or of columns go
  std::byte *const target_, *const buffer_;
  int64_t at_;
  int64_t row_ = 0, column_ = 0;  // of rows: where the next element is
  const int64_t bytes_;           // of an element
  Nest::Repeats columns_;
  bool has_columns_ = false;  // whether the buffer has sums of columns that `target` has not
  bool is_padded_ = false;    // whether what rows are padded with stands in the buffer
  int64_t in_buffer_ = 0;     // elements that columns are summed up in
};

}  // namespace stator::eager
