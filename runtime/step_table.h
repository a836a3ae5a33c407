// What a compiled function is made of: its kernels in order and where their buffers lie, as data. Generated code runs
// the same tables; a profile runs them itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stator {

/// One distinct kernel of an executable, which all fusions that are the same share; its work is that of one run.
struct KernelFacts {
  std::string name;        ///< of its code: `train_step.kernel3`
  std::string form;        ///< how it is scheduled: contraction, window, map, reduce, row or scatter
  std::string operations;  ///< in order, without those that only move elements: `matmul, add, relu`
  std::string shapes;      ///< of its operands and results: `f32[32,784] f32[784,128] -> f32[32,128]`
  int64_t flops = 0;       ///< two for each multiplication of a product, one for each element of any other op
  int64_t bytes = 0;       ///< operands read once, results written once
};

/// Steps `first` to `last - 1`, which run `rounds` times; in the arena, at `counter_bytes`, stands the round's number,
/// an i64 that counts down where the loop is reversed.
struct StepLoop {
  int64_t first = 0, last = 0;
  int64_t rounds = 0;
  bool reversed = false;
  int64_t counter_bytes = 0;
};

/// The steps of one function.
struct StepTable {
  static constexpr int64_t step_numbers = 5, buffer_numbers = 3, stride_numbers = 2;

  /// For each step: its kernel, its chunks, where its buffers begin in `buffers`, how many there are, and how many steps
  /// behind it share its parallel region.
  std::vector<int64_t> steps;
  /// For each buffer: its base, an offset in bytes, and the number of its strides; for each stride where in the arena a
  /// loop's counter stands, and the bytes that each round adds. Bases are the call's state, arena and arguments, then
  /// its inputs, then its results.
  std::vector<int64_t> buffers;
  std::vector<StepLoop> loops;      ///< by where they begin, an outer one before those in it
  std::vector<std::string> layers;  ///< of each step: the layers that its ops belong to, `conv1, conv2`

  int64_t step_count() const { return static_cast<int64_t>(steps.size()) / step_numbers; }
};

}  // namespace stator
