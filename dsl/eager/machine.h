// What an eager context is made of: values, memory, kernels and the tape; ops run here at once.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "compiler/interface/operand.h"
#include "dsl/eager/entry.h"
#include "dsl/eager/op_kernels.h"
#include "dsl/eager/scan_recording.h"

namespace stator::eager {

class Machine final : public Accumulator {
 public:
  Machine(CompileOptions options, int threads);

  /// Runs an op, and gives the new value's number.
  int apply(const Operation& operation);

  /// A leaf that reads `array`, which is not copied where it is contiguous. `numbers`: of the symbols of its extents.
  int add_array(const NdArray& array, const SymbolNumbers& numbers, bool wants_gradient);
  /// A leaf of elements of its own, that lie with their axes in the order `axes` (empty: as they are).
  int add_leaf(DType dtype, const Dims& dims, std::span<const int> axes, bool wants_gradient);
  /// A copy of a value's elements.
  NdArray array(int id);
  /// The dense tensor behind a leaf.
  std::byte* data(int id) { return table.at(id).data; }
  /// `leaf` holds the elements of `value` from now on. Errors: UserError where their types differ.
  void assign(int leaf, int value);

  /// Walks back from a scalar; leaves gather. Errors: UserError where it is no scalar, or nothing wants a gradient.
  void backward(int id, bool keeps_tape);
  /// The gradient of a scalar for one value; leaves gather nothing, and the tape stays.
  int gradient(int scalar, int id);
  /// What a leaf has gathered. Errors: UserError where it has nothing.
  int grad(int id);
  bool has_grad(int id) { return table.at(id).point && table.at(id).point->sum; }
  /// What a leaf has gathered, dense as the leaf lies; empty: nothing.
  BlockRef& gathered(int id) { return table.at(id).point->sum; }
  void clear_grad(int id);

  BlockRef zeros(DType dtype, int64_t count) override { return filled(dtype, count, 0); }
  BlockRef ones(DType dtype, int64_t count) override { return filled(dtype, count, 1); }
  void add(BlockRef& sum, const BlockRef& more, DType dtype, int64_t count) override;

  BlockPool pool;
  Workspace workspace;
  KernelStore kernels;
  EntryTable table;
  bool records = true;      ///< whether ops go on the tape
  SymbolNumbers numbers{};  ///< of the tensors that were given last

  /// The same value dense and in the order of its axes.
  Entry dense(const Entry& entry);
  /// Element `index` along the first axis.
  Entry element(const Entry& of, int64_t index);
  /// Values of one type one after the other, along a new first axis.
  Entry stacked(std::span<const int> values);

 private:
  // scan.cpp
  int note(const Operation& operation);
  int run_scan(const Operation& scan);
  int scan_result(const Operation& operation);

  // views.cpp
  Entry viewed(const Operation& operation, const Entry& x, const Dims& dims);
  Entry reshaped(const Entry& x, const Dims& to);
  Entry permuted(const Entry& x, const Attribute& axes, const Dims& to);
  Entry broadcasted(const Entry& x, const Dims& to);
  Entry sliced(const Entry& x, std::span<const int64_t> starts, std::span<const int64_t> steps, const Dims& to);

  // compute.cpp
  int carry_out(const Operation& operation, std::span<Entry* const> operands, const SymbolNumbers& bound,
                const Dims& dims);
  Entry compute_elementwise(const Operation& operation, std::span<Entry* const> operands, const Dims& dims);
  Entry compute(std::string_view op, std::span<const Attribute> attributes, std::span<Entry* const> operands,
                DType dtype, const Dims& dims);
  bool is_flat(std::string_view op, std::span<Entry* const> operands, const Dims& dims) const;
  void place_result(std::string_view op, std::span<Entry* const> operands, Entry& result) const;
  void record(const OpCode& backward, std::string_view op, std::span<Entry* const> operands, Entry& result);
  Entry constant(double value, DType dtype, const Dims& dims);
  Entry counter(DType dtype, long axis, const Dims& dims);

  // draws.cpp
  Entry drawn(std::span<const Attribute> attributes, std::span<Entry* const> operands, const Dims& dims);

  BlockRef filled(DType dtype, int64_t count, double value);
  SymbolNumbers bound_numbers(std::string_view op, std::span<Entry* const> operands) const;

  uint64_t next_order_ = 1;
  std::map<std::pair<DType, int64_t>, Entry> counters_;  // 0, 1, ... by dtype and length
  ScanRecording recording_;
  std::vector<Entry> scan_results_;  // of the last scan, until each was asked for
};

/// Extents with their symbols' numbers. Errors: UserError for a symbol without one; `op` begins it.
Dims bound_dims(std::string_view op, const Extents& extents, const SymbolNumbers& numbers);

}  // namespace stator::eager
