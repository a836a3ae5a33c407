// Tiles added up: rows by compiled code for rows, columns in a buffer as long as a tile, what is left run by run.
#include "dsl/eager/tile_sum.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

#include "dsl/eager/op_kernels.h"
#include "dsl/eager/tile_elements.h"

namespace stator::eager {
namespace {

constexpr int64_t least_accumulated = 64;  // elements of a run that are worth a call of compiled code
constexpr int64_t least_block = 1024;      // elements that are worth to be summed up in the buffer

}  // namespace

int64_t row_length_of(int64_t extent) {
  constexpr int64_t least_divisor = 64, longest_padded = 128;
  const int64_t divisor = std::min(extent & -extent, longest_row);
  if (divisor >= least_divisor || divisor == extent) return std::max(divisor, least_row);
  if (extent > longest_padded) return 0;
  return std::max(static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(extent))), least_row);
}

void fill_neutral(Reduction reduction, DType dtype, int64_t count, std::byte* to) {
  if (reduction == Reduction::sum) {
    std::memset(to, 0, static_cast<size_t>(count * size_bytes(dtype)));
    return;
  }
  visit_reduced(dtype, [&]<class T>(std::type_identity<T>) {
    std::fill_n(reinterpret_cast<T*>(to), count, neutral<T>(reduction));
  });
}

TileSum::TileSum(const SumCode& code, const Nest& nest, std::byte* target, int64_t first, std::byte* buffer)
    : code_(code),
      nest_(nest),
      outer_(nest),
      target_(target),
      buffer_(buffer),
      at_(first),
      bytes_(size_bytes(code.dtype)),
      columns_(nest.last().stride == 0 ? Nest::Repeats() : nest.repeats()) {
  if (columns_.period > most_period || (columns_.block < least_block && nest.rank > 2)) columns_ = {};
  outer_.rank -= nest.last().stride == 0 ? 1 : columns_.period > 0 ? 2 : 0;
  outer_ = outer_.collapsed();
  row_ = first / nest.last().extent, column_ = first % nest.last().extent;
  if (columns_.period == 0) return;
  const bool in_step = tile_elements % columns_.period == 0 && first % columns_.period == 0;
  const int64_t needed = std::min(columns_.block, tile_elements + (in_step ? 0 : columns_.period));
  in_buffer_ = (needed + columns_.period - 1) / columns_.period * columns_.period;
}

void TileSum::accumulate(const std::byte* from, std::byte* to, int64_t count) const {
  std::byte* source = const_cast<std::byte*>(from);
  code_.accumulate->run_tile({{&source, 1}, {}, {&to, 1}}, count);
}

void TileSum::add(const std::byte* tile, int64_t count) {
  if (code_.row_length > 0) add_rows(tile, count);
  else if (nest_.last().stride == 0) add_long_rows(tile, count);
  else if (columns_.period > 0) add_columns(tile, count);
  else add_runs(tile, count);
}

void TileSum::move_on(int64_t count) {
  const int64_t length = nest_.last().extent;
  column_ += count;
  if (column_ < length) return;
  row_ += column_ / length;
  column_ %= length;
}

/// Rows are reduced where they lie if they need no padding and fill the tile, else in the buffer.
void TileSum::add_rows(const std::byte* tile, int64_t count) {
  alignas(64) std::byte values[tile_elements / least_row * 8];
  const int64_t length = nest_.last().extent, row = code_.row_length;
  const bool divides = (length & (row - 1)) == 0;
  while (count > 0) {
    const bool as_it_lies = count == tile_elements && divides && (column_ & (row - 1)) == 0;
    const int64_t taken = as_it_lies ? count : pack(tile, count);
    const bool is_target = as_it_lies && length == row && outer_.is_dense();
    std::byte* tensors[]{as_it_lies ? const_cast<std::byte*>(tile) : buffer_,
                         is_target ? target_ + row_ * bytes_ : values};
    code_.rows->run_alone(tensors);
    if (!is_target) add_values(values, taken);
    move_on(taken);
    tile += taken * bytes_;
    count -= taken;
  }
}

/// Writes rows one after the other into the buffer, padded to whole ones of the code's; gives how many elements fit.
int64_t TileSum::pack(const std::byte* tile, int64_t count) {
  if (!is_padded_) fill_neutral(code_.reduction, code_.dtype, tile_elements, buffer_);
  is_padded_ = true;
  int64_t taken = 0;
  visit_reduced(code_.dtype, [&]<class T>(std::type_identity<T>) {
    Packed<T> packed{reinterpret_cast<T*>(buffer_), code_.row_length, neutral<T>(code_.reduction)};
    taken = packed.take(reinterpret_cast<const T*>(tile), count, column_, nest_.last().extent);
  });
  return taken;
}

/// The values of rows, of which each axis has as many as the next `count` elements take.
void TileSum::add_values(const std::byte* values, int64_t count) {
  const int64_t length = nest_.last().extent, row = code_.row_length;
  visit_reduced(code_.dtype, [&]<class T>(std::type_identity<T>) {
    const T* from = reinterpret_cast<const T*>(values);
    auto add_all = [&](auto&& next_place) {
      for (int64_t taken = 0, column = column_; taken < count; column = 0) {
        const int64_t run = std::min(length - column, count - taken), rows = rows_for(run, row);
        T& to = reinterpret_cast<T*>(target_)[next_place()];
        to = reduced(code_.reduction, to, reduced(code_.reduction, from, rows));
        from += rows;
        taken += run;
      }
    };
    if (outer_.is_dense()) return add_all([place = row_]() mutable { return place++; });
    NestWalk walk(outer_, row_);
    add_all([&] {
      const int64_t offset = walk.offset();
      walk.advance(1);
      return offset;
    });
  });
}

/// Rows that neither code is made for nor padding pays for.
void TileSum::add_long_rows(const std::byte* tile, int64_t count) {
  const int64_t length = nest_.last().extent;
  NestWalk walk(outer_, row_);
  visit_reduced(code_.dtype, [&]<class T>(std::type_identity<T>) {
    const T* from = reinterpret_cast<const T*>(tile);
    const Reduction how = code_.reduction;
    for (int64_t taken = 0, column = column_; taken < count; column = 0) {
      const int64_t run = std::min(length - column, count - taken);
      T& to = reinterpret_cast<T*>(target_)[walk.offset()];
      const T more = how == Reduction::sum ? reduced_in_lanes(from + taken, run, T(0), std::plus<T>())
                                           : reduced_in_lanes(from + taken, run, neutral<T>(how), Greater());
      to = reduced(how, to, more);
      taken += run;
      walk.advance(1);
    }
  });
  move_on(count);
}

/// The target of the columns that an element is in.
std::byte* TileSum::target_of_block(int64_t element) const {
  if (outer_.rank == 1 && outer_.at[0].extent == 1) return target_;
  return target_ + NestWalk(outer_, element / columns_.block).offset() * bytes_;
}

/// Whole tiles of whole rows, and few rows, go to the target at once.
bool TileSum::add_whole_columns(const std::byte* tile, int64_t count) {
  constexpr int64_t few = 8;
  const int64_t period = columns_.period, place = at_ % columns_.block;
  if (!code_.columns || has_columns_ || place % period != 0 || count % period != 0) return false;
  if (place + count > columns_.block || (count != tile_elements && count > few * period)) return false;
  std::byte* target = target_of_block(at_);
  if (count == tile_elements) {
    std::byte* tensors[]{const_cast<std::byte*>(tile), target};
    code_.columns->run_alone(tensors);
  } else {
    for (int64_t row = 0; row < count; row += period) accumulate(tile + row * bytes_, target, period);
  }
  at_ += count;
  return true;
}

/// Elements are added up a tile apart, wherever in a row of columns the tile begins.
void TileSum::add_columns(const std::byte* tile, int64_t count) {
  if (add_whole_columns(tile, count)) return;
  while (count > 0) {
    const int64_t place = at_ % columns_.block, taken = std::min(count, columns_.block - place);
    if (!has_columns_) fill_neutral(code_.reduction, code_.dtype, in_buffer_, buffer_);
    has_columns_ = true;
    accumulate(tile, buffer_at(place % columns_.period), taken);
    at_ += taken;
    tile += taken * bytes_;
    count -= taken;
    if (place + taken == columns_.block) give_columns(at_ - 1);
  }
}

/// The later half of the buffer's rows goes to the earlier one, until there is one row; that goes where those of
/// element `last` go.
void TileSum::give_columns(int64_t last) {
  const int64_t period = columns_.period;
  for (int64_t rows = in_buffer_ / period; rows > 1;) {
    const int64_t kept = (rows + 1) / 2;
    accumulate(buffer_at(kept * period), buffer_, (rows - kept) * period);
    rows = kept;
  }
  accumulate(buffer_, target_of_block(last), period);
  has_columns_ = false;
}

void TileSum::add_runs(const std::byte* tile, int64_t count) {
  const int64_t stride = nest_.last().stride;
  NestWalk walk(nest_, at_);
  at_ += count;
  while (count > 0) {
    const int64_t run = std::min(count, walk.left());
    if (stride == 1 && run >= least_accumulated) {
      accumulate(tile, target_ + walk.offset() * bytes_, run);
    } else {
      visit_reduced(code_.dtype, [&]<class T>(std::type_identity<T>) {
        const T* from = reinterpret_cast<const T*>(tile);
        T* to = reinterpret_cast<T*>(target_) + walk.offset();
        for (int64_t i = 0; i < run; ++i) to[i * stride] = reduced(code_.reduction, to[i * stride], from[i]);
      });
    }
    walk.advance(run);
    tile += run * bytes_;
    count -= run;
  }
}

}  // namespace stator::eager
