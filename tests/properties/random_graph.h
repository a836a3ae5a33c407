// Graphs made at random over all ops: the same for the same seed, on every machine.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "tests/ops/graph_values.h"

namespace stator::tests {

/// Whole numbers at random.
class Choice {
 public:
  explicit Choice(uint64_t seed) : generator_(seed) {}
  /// In [0, count).
  long below(long count) { return static_cast<long>(generator_() % static_cast<uint64_t>(count)); }
  /// In [low, high].
  long between(long low, long high) { return low + below(high - low + 1); }
  bool one_in(long n) { return below(n) == 0; }
  template <class T> const T& of(const std::vector<T>& values) {
    return values[below(static_cast<long>(values.size()))];
  }

 private:
  std::mt19937_64 generator_;
};

/// A graph in the making. Its values stay of the order of 1, and no op is used where its derivative grows without
/// bound.
class RandomGraph {
 public:
  RandomGraph(Trace& trace, uint64_t seed) : trace_(trace), choice_(seed) {}
  /// Inputs, then ops on them, then the results.
  void grow();

 private:
  using Made = std::optional<Value>;

  Value add_input(const TensorSpec& spec);
  TensorSpec random_spec();
  Value any();
  Value any_of_rank(int rank);
  Value number(double value);
  Integers some_axes(const TensorSpec& spec, bool numbers_only);
  void grow_once();

  Value unary(const Value& x);
  Value binary(const Value& a, const Value& b);
  Made combine(const Value& x);
  Made select(const Value& x);
  Made permute(const Value& x);
  Made reshape(const Value& x);
  Made slice(const Value& x);
  Made pad(const Value& x);
  Made flip(const Value& x);
  Made stretch(const Value& x);
  Made reduce(const Value& x);
  Made index_of_greatest(const Value& x);
  Made normalise(const Value& x);
  Made multiply(const Value& x);
  Made multiply_over_rows(const Value& x);
  Made convolve(const Value& x);
  Made pool(const Value& x);
  Made drop(const Value& x);
  Made row_of_one(const Value& x);
  Made row_of_two(const Value& x);
  Made compare(const Value& x);
  Made join(const Value& x);
  Made look_up(const Value& x);
  Made attend(const Value& x);
  Made standardise(const Value& x);
  Value next_state(const Value& state, const Value& element, const Value& outside);
  Made loop(const Value& x);

  Trace& trace_;
  Choice choice_;
  std::vector<Value> values_;  // floats
  bool symbolic_ = false;
};

/// Whether a value may be an input or a result.
bool may_cross(const TensorSpec& spec);

/// One function, named after the seed.
ProgramGraph random_program(uint64_t seed);

}  // namespace stator::tests
