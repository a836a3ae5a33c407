// Steps of views as words, and as nodes of a graph.
#include "dsl/eager/view.h"

#include <algorithm>

namespace stator::eager {
namespace {

Dims permuted(const Dims& dims, std::span<const int64_t> axes) {
  Dims result{dims.rank, {}};
  for (int i = 0; i < dims.rank; ++i) result.at[i] = dims.at[axes[i]];
  return result;
}

Extents extents_of(std::span<const int64_t> dims) {
  Extents extents;
  for (int64_t extent : dims) extents.push(Extent(extent));
  return extents;
}

}  // namespace

bool Dims::operator==(const Dims& other) const {
  return rank == other.rank && std::equal(at.begin(), at.begin() + rank, other.at.begin());
}

TensorSpec spec_of(DType dtype, const Dims& dims) { return {dtype, extents_of(dims.span())}; }

bool View::operator==(const View& other) const {
  return mark_ == other.mark_ && std::ranges::equal(words(), other.words());
}

void View::push(Step kind, int rank, std::span<const int64_t> numbers) {
  last_ = length_;
  words_[length_++] = static_cast<int64_t>(kind);
  words_[length_++] = rank;
  std::ranges::copy(numbers, words_.begin() + length_);
  length_ += static_cast<int>(numbers.size());
}

/// The last step goes; what stands before it is found by walking there.
void View::drop_last() {
  length_ = last_;
  int at = 0;
  last_ = 0;
  while (at < length_) {
    last_ = at;
    at += step_length(at);
  }
}

View View::behind_mark() const {
  View rest;
  if (mark_ == 0) return *this;
  rest.last_ = last_ >= mark_ ? last_ - mark_ : 0;
  rest.length_ = length_ - mark_;
  std::copy(words_.begin() + mark_, words_.begin() + length_, rest.words_.begin());
  return rest;
}

View View::before_mark() const {
  View first = *this;
  first.length_ = mark_;
  first.last_ = 0;
  return first;
}

void View::reshape(const Dims& from, const Dims& to) {
  if (from == to) return;
  if (may_merge(Step::reshape)) drop_last();
  push(Step::reshape, to.rank, to.span());
}

void View::permute(std::span<const int64_t> axes) {
  std::array<int64_t, max_rank> both{};
  const bool merges = may_merge(Step::permute);
  bool moves = false;
  for (size_t i = 0; i < axes.size(); ++i) {
    both[i] = merges ? words_[last_ + 2 + axes[i]] : axes[i];
    moves = moves || both[i] != static_cast<int64_t>(i);
  }
  if (merges) drop_last();
  if (moves) push(Step::permute, static_cast<int>(axes.size()), {both.data(), axes.size()});
}

void View::broadcast(const Dims& to) {
  if (may_merge(Step::broadcast)) drop_last();
  push(Step::broadcast, to.rank, to.span());
}

void View::slice(std::span<const int64_t> starts_stops_steps, int rank) { push(Step::slice, rank, starts_stops_steps); }

int View::append_to(Graph& graph, int node, TensorSpec& spec, int* marked) const {
  for (int at = 0; at < length_;) {
    if (marked && at == mark_) *marked = node;
    const Step kind = step_at(at);
    const int rank = static_cast<int>(words_[at + 1]);
    const int64_t* numbers = &words_[at + 2];
    Attribute attributes[3];
    int count = 0;
    std::string_view op = kind == Step::reshape ? "reshape" : "broadcast";
    if (kind == Step::permute) {
      op = "permute", attributes[count++] = Attribute::of("axes", numbers, rank);
      Dims before{rank, {}};
      for (int i = 0; i < rank; ++i) before.at[i] = spec.extents[i].number;
      spec.extents = extents_of(permuted(before, {numbers, static_cast<size_t>(rank)}).span());
    } else if (kind == Step::slice) {
      op = "slice";
      static constexpr std::string_view names[]{"start", "stop", "step"};
      for (int i = 0; i < 3; ++i) attributes[count++] = Attribute::of(names[i], numbers + i * rank, rank);
      for (int i = 0; i < rank; ++i)
        spec.extents[i] = Extent((numbers[rank + i] - numbers[i] + numbers[2 * rank + i] - 1) / numbers[2 * rank + i]);
    } else {
      spec.extents = extents_of({numbers, static_cast<size_t>(rank)});
    }
    node = graph.add({op, &node, 1, attributes, count, spec});
    at += step_length(at);
  }
  if (marked && mark_ == length_) *marked = node;
  return node;
}

}  // namespace stator::eager
