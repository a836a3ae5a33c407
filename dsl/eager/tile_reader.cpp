// Tiles of operands: pointers where elements lie in order, copies and fills where they do not.
#include "dsl/eager/tile_reader.h"

#include <algorithm>
#include <cstring>
#include <cwchar>
#include <utility>

#include "runtime/error.h"

namespace stator::eager {
namespace {

constexpr size_t block_bytes = 16;  // that are moved at once where rows are short
constexpr size_t long_row_bytes = 512;

template <class T> void fill(T value, int64_t count, T* to) {
  constexpr int64_t worth_a_call = 64;
  if constexpr (sizeof(T) == sizeof(wchar_t)) {  // the C library's code for it is the host's
    if (count >= worth_a_call) {
      std::wmemset(reinterpret_cast<wchar_t*>(to), static_cast<wchar_t>(value), static_cast<size_t>(count));
      return;
    }
  }
  std::fill_n(to, count, value);
}

template <class T> void copy_run(const T* from, int64_t stride, int64_t count, T* to) {
  if (stride == 1) std::memcpy(to, from, static_cast<size_t>(count) * sizeof(T));
  else if (stride == 0) fill(*from, count, to);
  else
    for (int64_t i = 0; i < count; ++i) to[i] = from[i * stride];
}

/// The first `known` elements again, until there are `count`.
template <class T> void repeat(T* elements, int64_t known, int64_t count) {
  while (known < count) {
    const int64_t more = std::min(known, count - known);
    std::memcpy(elements + known, elements, static_cast<size_t>(more) * sizeof(T));
    known += more;
  }
}

/// Rows of `length` elements, each one element again and again. What a block writes beyond its row is written anew by
/// the next row; the last rows are written as they are.
template <class T> void fill_rows(const T* from, int64_t row_stride, int64_t rows, int64_t length, T* to) {
  constexpr int64_t lanes = block_bytes / sizeof(T);
  const T* const end = to + rows * length;
  const int64_t blocks = (length + lanes - 1) / lanes;
  for (; rows > 0 && end - to >= blocks * lanes; --rows, from += row_stride, to += length) {
    T values[lanes];
    std::fill_n(values, lanes, *from);
    for (int64_t i = 0; i < blocks; ++i) std::memcpy(to + i * lanes, values, block_bytes);
  }
  for (; rows > 0; --rows, from += row_stride, to += length) std::fill_n(to, length, *from);
}

/// Rows of `length` elements that lie one after the other in their row.
template <class T> void copy_rows(const T* from, int64_t row_stride, int64_t rows, int64_t length, T* to) {
  const size_t bytes = static_cast<size_t>(length) * sizeof(T);
  if (bytes % block_bytes != 0 || bytes >= long_row_bytes) {
    for (; rows > 0; --rows, from += row_stride, to += length) std::memcpy(to, from, bytes);
    return;
  }
  for (; rows > 0; --rows, from += row_stride, to += length)
    for (size_t at = 0; at < bytes; at += block_bytes)
      std::memcpy(reinterpret_cast<std::byte*>(to) + at, reinterpret_cast<const std::byte*>(from) + at, block_bytes);
}

/// Whole runs of `run.extent` elements, of which each lies `row_stride` elements behind the one before.
template <class T> void copy_runs(const T* from, int64_t row_stride, int64_t rows, const Nest::Axis& run, T* to) {
  const int64_t length = run.extent;
  if (row_stride == 0) {
    copy_run(from, run.stride, length, to);
    repeat(to, length, rows * length);
  } else if (run.stride == 1) {
    copy_rows(from, row_stride, rows, length, to);
  } else if (run.stride == 0 && static_cast<size_t>(length) * sizeof(T) < long_row_bytes) {
    fill_rows(from, row_stride, rows, length, to);
  } else {
    for (; rows > 0; --rows, from += row_stride, to += length) copy_run(from, run.stride, length, to);
  }
}

template <class T> void copy(const T* from, const Nest& nest, int64_t first, int64_t count, T* to) {
  const Nest::Axis& run = nest.last();
  for (NestWalk walk(nest, first); count > 0;) {
    int64_t taken = 0;
    if (const int64_t rows = std::min(walk.runs_left(), count / run.extent); rows > 0) {
      copy_runs(from + walk.offset(), nest.at[static_cast<size_t>(nest.rank - 2)].stride, rows, run, to);
      walk.advance_runs(rows);
      taken = rows * run.extent;
    } else {
      taken = std::min(count, walk.left());
      copy_run(from + walk.offset(), run.stride, taken, to);
      walk.advance(taken);
    }
    to += taken;
    count -= taken;
  }
}

/// Calls `take` with pointers of whole numbers of that size.
template <class Take> void visit_bytes(int64_t element_bytes, const std::byte* from, std::byte* to, Take&& take) {
  auto as = [&]<class T>(std::type_identity<T>) { take(reinterpret_cast<const T*>(from), reinterpret_cast<T*>(to)); };
  if (element_bytes == 1) as(std::type_identity<uint8_t>());
  else if (element_bytes == 2) as(std::type_identity<uint16_t>());
  else if (element_bytes == 4) as(std::type_identity<uint32_t>());
  else if (element_bytes == 8) as(std::type_identity<uint64_t>());
  else throw InternalError("eager: elements of a size that no dtype has");
}

/// The loops around the innermost one.
Nest around(const Nest& nest) {
  Nest outer = nest;
  --outer.rank;
  return outer.collapsed();
}

}  // namespace

void read_elements(const Nest& nest, int64_t element_bytes, const std::byte* data, int64_t first, int64_t count,
                   std::byte* to) {
  visit_bytes(element_bytes, data, to, [&](auto* source, auto* target) { copy(source, nest, first, count, target); });
}

TileReader::TileReader(const TileInput& input, const std::byte* data, int64_t first, std::byte* buffer)
    : input_(input), data_(data), buffer_(buffer), at_(first), repeats_(input.nest.repeats()) {
  if (repeats_.period > most_period) repeats_ = {};
}

const std::byte* TileReader::next(int64_t count) {
  const int64_t first = std::exchange(at_, at_ + count), bytes = input_.element_bytes;
  if (input_.nest.is_dense()) return data_ + first * bytes;
  if (repeats_.period != 0 && repeats_.block == input_.nest.element_count()) {
    if (in_buffer_ == 0) repeat_period(first);
    return buffer_ + first % repeats_.period * bytes;
  }
  const NestWalk walk(input_.nest, first);
  const int64_t from = walk.offset(), stride = input_.nest.last().stride;
  if (walk.left() >= count && stride == 1) return data_ + from * bytes;
  const bool is_in_block = repeats_.block != 0 && first % repeats_.block + count <= repeats_.block;
  const bool stays = is_in_block || (walk.left() >= count && stride == 0);
  if (stays && filled_with_ == from && in_buffer_ >= count) return buffer_;
  filled_with_ = stays ? from : -1;
  in_buffer_ = count;
  write(first, count, buffer_);
  return buffer_;
}

/// The period, as often as a tile wants that begins anywhere in it.
void TileReader::repeat_period(int64_t first) {
  const bool in_step = tile_elements % repeats_.period == 0 && first % repeats_.period == 0;
  in_buffer_ = std::min(repeats_.block, tile_elements + (in_step ? 0 : repeats_.period));
  read_elements(input_.nest, input_.element_bytes, data_, 0, in_buffer_, buffer_);
}

void TileReader::write_next(int64_t count, std::byte* to) { write(std::exchange(at_, at_ + count), count, to); }

void TileReader::write(int64_t first, int64_t count, std::byte* to) const {
  if (!spread(first, count, to)) read_elements(input_.nest, input_.element_bytes, data_, first, count, to);
}

/// Fills whole rows by compiled code, where there is some for them.
bool TileReader::spread(int64_t first, int64_t count, std::byte* to) const {
  const int64_t length = input_.nest.last().extent;
  if (!input_.spread || count != tile_elements || first % length != 0) return false;
  const Nest values = around(input_.nest);
  const int64_t bytes = input_.element_bytes;
  alignas(64) std::byte own[tile_elements / least_row * 8];
  std::byte* from = own;
  if (values.is_dense()) from = const_cast<std::byte*>(data_) + first / length * bytes;
  else read_elements(values, bytes, data_, first / length, tile_elements / length, own);
  std::byte* tensors[]{from, to};
  input_.spread->run_alone(tensors);
  return true;
}

}  // namespace stator::eager
