// How a value reads the dense tensor behind it: shapes that cost nothing, as steps that kernels take up.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "compiler/interface/graph.h"

namespace stator::eager {

/// Extents as numbers.
struct Dims {
  int rank = 0;
  std::array<int64_t, max_rank> at{};

  int64_t element_count() const {
    int64_t count = 1;
    for (int i = 0; i < rank; ++i) count *= at[i];
    return count;
  }
  std::span<const int64_t> span() const { return {at.data(), static_cast<size_t>(rank)}; }
  bool operator==(const Dims& other) const;
};

TensorSpec spec_of(DType dtype, const Dims& dims);

/// Reshapes, permutes, broadcasts and slices, in their order, each as its kind and its numbers. Kernels are told apart
/// by these words, and take the steps in as part of their graph.
class View {
 public:
  enum class Step : int64_t { reshape, permute, broadcast, slice };
  /// Of a step at most: its kind, its rank, and three numbers for each axis.
  static constexpr int most_step_words = 2 + 3 * max_rank, capacity = 48;

  bool is_plain() const { return length_ == 0; }
  bool has_room() const { return length_ + most_step_words <= capacity; }
  /// Whether nothing but permutes stands here.
  bool is_permute() const { return length_ > 0 && last_ == 0 && step_at(0) == Step::permute; }
  std::span<const int64_t> words() const { return {words_.data(), static_cast<size_t>(length_)}; }
  bool operator==(const View& other) const;

  /// The gradient of a value gathers behind the first `mark()` words.
  int mark() const { return mark_; }
  /// The steps behind the mark alone, and those before it.
  View behind_mark() const;
  View before_mark() const;
  void set_mark_at_end() { mark_ = length_; }
  bool is_marked_at_end() const { return mark_ == length_; }

  /// Adds a step to a value of extents `from`. `numbers`: the new extents, or the axes; of a slice its starts, stops
  /// and steps for each axis in turn. Steps that undo or repeat the last one replace it, unless a gradient gathers
  /// between.
  void reshape(const Dims& from, const Dims& to);
  void permute(std::span<const int64_t> axes);
  void broadcast(const Dims& to);
  void slice(std::span<const int64_t> starts_stops_steps, int rank);

  /// Calls `take(kind, rank, numbers)` with each step in turn.
  template <class Take> void visit(Take&& take) const {
    for (int at = 0; at < length_; at += step_length(at))
      take(step_at(at), static_cast<int>(words_[at + 1]),
           std::span<const int64_t>(&words_[at + 2], static_cast<size_t>(step_length(at) - 2)));
  }

  /// Adds the steps to a graph, behind node `node` of spec `spec`, which becomes that of the last node; gives that.
  /// `marked`: where the node goes whose gradient is that of the value.
  int append_to(Graph& graph, int node, TensorSpec& spec, int* marked = nullptr) const;

 private:
  Step step_at(int at) const { return static_cast<Step>(words_[at]); }
  int step_length(int at) const { return 2 + static_cast<int>(words_[at + 1]) * (step_at(at) == Step::slice ? 3 : 1); }
  bool may_merge(Step kind) const { return length_ > mark_ && last_ >= mark_ && step_at(last_) == kind; }
  void push(Step kind, int rank, std::span<const int64_t> numbers);
  void drop_last();

  int length_ = 0, mark_ = 0, last_ = 0;  // `last_`: where the last step begins
  std::array<int64_t, capacity> words_;
};

}  // namespace stator::eager
