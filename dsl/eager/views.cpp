// Ops that only say how elements are read: they cost nothing, and kernels take them in.
#include "dsl/eager/machine.h"
#include "dsl/eager/nodes.h"

namespace stator::eager {
namespace {

/// Whether extents differ in ones alone.
bool differ_in_ones(const Dims& a, const Dims& b) {
  int i = 0, j = 0;
  while (true) {
    while (i < a.rank && a.at[static_cast<size_t>(i)] == 1) ++i;
    while (j < b.rank && b.at[static_cast<size_t>(j)] == 1) ++j;
    if (i == a.rank || j == b.rank) return i == a.rank && j == b.rank;
    if (a.at[static_cast<size_t>(i++)] != b.at[static_cast<size_t>(j++)]) return false;
  }
}

/// Where the range's first element lies in the whole.
int64_t first_of(const SliceNode::Range& range) {
  int64_t stride = 1, first = 0;
  for (auto axis = static_cast<size_t>(range.whole.rank); axis-- > 0; stride *= range.whole.at[axis])
    first += range.start[axis] * stride;
  return first;
}

/// Whether the range's elements lie one after the other.
bool is_one_run(const SliceNode::Range& range) {
  bool seen = false;  // an axis of more than one element
  for (size_t axis = 0; axis < static_cast<size_t>(range.whole.rank); ++axis) {
    const int64_t count = range.part.at[axis];
    if (seen && count != range.whole.at[axis]) return false;
    if (count > 1 && range.step[axis] > 1) return false;
    seen = seen || count != 1;
  }
  return true;
}

/// The range as a step of `view`, counted from its first element.
void slice_from_zero(const SliceNode::Range& range, View& view) {
  int64_t numbers[3 * max_rank]{};
  const auto rank = static_cast<size_t>(range.whole.rank);
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t count = range.part.at[axis];
    numbers[rank + axis] = count == 0 ? 0 : (count - 1) * range.step[axis] + 1;
    numbers[2 * rank + axis] = range.step[axis];
  }
  view.slice({numbers, 3 * rank}, range.whole.rank);
}

}  // namespace

Entry Machine::viewed(const Operation& operation, const Entry& x, const Dims& dims) {
  Entry result;
  if (x.is_single()) {
    result = x;
    result.spread(dims);
  } else if (operation.op == "reshape") {
    result = reshaped(x, dims);
  } else if (operation.op == "broadcast") {
    result = broadcasted(x, dims);
  } else if (operation.op == "permute") {
    result = permuted(x, operation.attributes[0], dims);
  } else {
    const Attribute &start = operation.attributes[0], &step = operation.attributes[2];
    int64_t starts[max_rank], steps[max_rank];
    for (int i = 0; i < dims.rank; ++i) starts[i] = start.integers[i], steps[i] = step.integers[i];
    const auto rank = static_cast<size_t>(dims.rank);
    result = sliced(x, {starts, rank}, {steps, rank}, dims);
  }
  result.dims = dims;
  return result;
}

Entry Machine::reshaped(const Entry& x, const Dims& to) {
  Entry result = x;
  if (!x.view.is_plain() && (!differ_in_ones(x.dims, to) || !x.view.has_room())) result = dense(x);
  if (result.view.is_plain() && to.rank > 0) result.base = to;
  else result.view.reshape(result.dims, to);
  return result;
}

Entry Machine::permuted(const Entry& x, const Attribute& axes, const Dims& to) {
  Entry result = x.view.has_room() ? x : dense(x);
  int64_t numbers[max_rank];
  for (int i = 0; i < to.rank; ++i) numbers[i] = axes.integers[i];
  result.view.permute({numbers, static_cast<size_t>(to.rank)});
  return result;
}

Entry Machine::broadcasted(const Entry& x, const Dims& to) {
  if (x.dims == to) return x;
  Entry result = x.view.has_room() ? x : dense(x);
  result.view.broadcast(to);
  return result;
}

/// A slice of a permuted value is one of the tensor behind it, permuted. Where it begins is where its elements begin:
/// slices of one size share their kernels. Its gradient is added into a range of the whole's.
Entry Machine::sliced(const Entry& x, std::span<const int64_t> starts, std::span<const int64_t> steps, const Dims& to) {
  if (x.dims == to) return x;
  Entry result = x.view.is_plain() || (x.view.is_permute() && x.view.mark() == 0) ? x : dense(x);
  const View permute = std::exchange(result.view, View());
  SliceNode::Range range{result.base, to, {}, {}};
  for (int i = 0; i < to.rank; ++i) {
    const auto at = static_cast<size_t>(i);
    const size_t axis = permute.is_plain() ? at : static_cast<size_t>(permute.words()[2 + at]);
    range.part.at[axis] = to.at[at];
    range.start[axis] = starts[at];
    range.step[axis] = steps[at];
  }
  result.data += first_of(range) * size_bytes(result.dtype);
  if (is_one_run(range)) result.base = range.part;
  else slice_from_zero(range, result.view);
  result.view.set_mark_at_end();
  if (result.point) {
    auto point = std::make_shared<Point>(Point{x.dtype, range.part, nullptr, {}, false});
    point->source = std::make_shared<SliceNode>(next_order_++, result.point, range);
    result.point = std::move(point);
  }
  if (!permute.is_plain()) result.view.permute({permute.words().data() + 2, static_cast<size_t>(to.rank)});
  result.dims = to;
  return result;
}

Entry Machine::element(const Entry& of, int64_t index) {
  int64_t starts[max_rank]{index}, steps[max_rank];
  std::fill(steps, steps + max_rank, 1);
  Dims one = of.dims, rest{of.dims.rank - 1, {}};
  one.at[0] = 1;
  for (int i = 1; i < of.dims.rank; ++i) rest.at[static_cast<size_t>(i - 1)] = of.dims.at[static_cast<size_t>(i)];
  if (of.is_single()) {
    Entry result = of;
    result.spread(rest);
    return result;
  }
  const auto rank = static_cast<size_t>(of.dims.rank);
  Entry result = reshaped(sliced(of, {starts, rank}, {steps, rank}, one), rest);
  result.dims = rest;
  return result;
}

}  // namespace stator::eager
