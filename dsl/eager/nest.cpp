// Views as loops.
#include "dsl/eager/nest.h"

namespace stator::eager {
namespace {

/// Ones come and go; nothing where other extents differ.
std::optional<Nest> reshaped(const Nest& nest, std::span<const int64_t> to) {
  Nest result;
  int from = 0;
  auto skip_ones = [&] {
    while (from < nest.rank && nest.at[static_cast<size_t>(from)].extent == 1) ++from;
  };
  for (int64_t extent : to) {
    skip_ones();
    if (extent == 1) {
      result.push({1, 0});
      continue;
    }
    if (from == nest.rank || nest.at[static_cast<size_t>(from)].extent != extent) return {};
    result.push(nest.at[static_cast<size_t>(from++)]);
  }
  skip_ones();
  return from == nest.rank ? std::optional(result) : std::nullopt;
}

Nest permuted(const Nest& nest, std::span<const int64_t> axes) {
  Nest result;
  for (int64_t axis : axes) result.push(nest.at[static_cast<size_t>(axis)]);
  return result;
}

void broadcast(Nest& nest, std::span<const int64_t> to) {
  for (size_t i = 0; i < to.size(); ++i)
    if (nest.at[i].extent != to[i]) nest.at[i] = {to[i], 0};
}

void slice(Nest& nest, std::span<const int64_t> stops, std::span<const int64_t> steps) {
  for (size_t i = 0; i < stops.size(); ++i)
    nest.at[i] = {(stops[i] + steps[i] - 1) / steps[i], nest.at[i].stride * steps[i]};
}

}  // namespace

int64_t Nest::element_count() const {
  int64_t count = 1;
  for (int i = 0; i < rank; ++i) count *= at[static_cast<size_t>(i)].extent;
  return count;
}

int64_t Nest::distinct_count() const {
  int64_t count = 1;
  for (int i = 0; i < rank; ++i)
    if (at[static_cast<size_t>(i)].stride != 0) count *= at[static_cast<size_t>(i)].extent;
  return count;
}

Nest Nest::collapsed() const {
  Nest result;
  for (int i = 0; i < rank; ++i) {
    const Axis& axis = at[static_cast<size_t>(i)];
    if (axis.extent == 1) continue;
    if (result.rank > 0) {
      Axis& outer = result.at[static_cast<size_t>(result.rank - 1)];
      if (outer.stride == axis.stride * axis.extent) {
        outer = {outer.extent * axis.extent, axis.stride};
        continue;
      }
    }
    result.push(axis);
  }
  if (result.rank == 0) result.push({1, 1});
  if (element_count() != 0) return result;
  Nest none;
  none.push({0, 1});
  return none;
}

Nest::Repeats Nest::repeats() const {
  if (rank == 1 && at[0].stride == 0) return {1, at[0].extent};
  if (rank < 2 || last().stride != 1) return {};
  const Axis& around = at[static_cast<size_t>(rank - 2)];
  return around.stride == 0 ? Repeats{last().extent, around.extent * last().extent} : Repeats{};
}

Nest dense_nest(const Dims& dims) {
  Nest nest;
  nest.rank = dims.rank;
  int64_t stride = 1;
  for (auto axis = static_cast<size_t>(dims.rank); axis-- > 0; stride *= dims.at[axis])
    nest.at[axis] = {dims.at[axis], stride};
  return nest;
}

std::optional<Nest> nest_of(const Dims& base, const View& view) {
  std::optional<Nest> nest = dense_nest(base);
  view.visit([&](View::Step kind, int rank, std::span<const int64_t> numbers) {
    const auto axes = static_cast<size_t>(rank);
    if (!nest) return;
    if (kind == View::Step::reshape) nest = reshaped(*nest, numbers);
    else if (kind == View::Step::permute) nest = permuted(*nest, numbers);
    else if (kind == View::Step::broadcast) broadcast(*nest, numbers);
    else slice(*nest, numbers.subspan(axes, axes), numbers.subspan(2 * axes));
  });
  return nest;
}

Nest in_order_of(const Nest& nest, const View& lie) {
  if (lie.is_plain()) return nest;
  Nest result = nest;
  const std::span<const int64_t> axes = lie.words().subspan(2);
  for (size_t i = 0; i < axes.size(); ++i) result.at[static_cast<size_t>(axes[i])] = nest.at[i];
  return result;
}

NestWalk::NestWalk(const Nest& nest, int64_t first) : nest_(nest), last_(static_cast<size_t>(nest.rank - 1)) {
  for (size_t axis = last_ + 1; axis-- > 0 && first != 0;) {
    const Nest::Axis& each = nest.at[axis];
    index_[axis] = axis == 0 ? first : first % each.extent;
    first = axis == 0 ? 0 : first / each.extent;
    offset_ += index_[axis] * each.stride;
  }
}

}  // namespace stator::eager
