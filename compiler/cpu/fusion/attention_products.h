// The products of an attention kernel over register tiles: into kept scores, and from them into results.
#pragma once

#include "compiler/cpu/fusion/attention_schedule.h"
#include "compiler/cpu/fusion/element.h"
#include "compiler/kernels/contraction_tile.h"

namespace stator::cpu {

/// A range of keys: whole panels, then the narrower last one or not.
struct KeyRange {
  Value panels;
  Value rest;  ///< 1 or 0; null where there is no narrower panel
};

/// Where a block stands.
struct QueryBlock {
  Value group;
  Value first;  ///< query
  Value rows;   ///< how many queries
  KeyRange keys;
};

/// Emits at the builder's place.
class AttentionProducts {
 public:
  AttentionProducts(const IndexBuilder& ix, const AttentionForm& form, const AttentionSchedule& schedule, Value scratch,
                    Value scratchStart);

  /// `body` for each panel of keys: its first key, its width, and what is carried on.
  Values forKeys(const KeyRange& keys, Values carried,
                 llvm::function_ref<Values(Value first, int64_t width, ValueRange carried)> body) const;

  /// `body` for each `step` rows of a block, then for those that are left one by one.
  Values forRows(const QueryBlock& block, int64_t step, Values carried,
                 llvm::function_ref<Values(Value first, int64_t count, ValueRange carried)> body) const;
  void forRows(const QueryBlock& block, int64_t step, llvm::function_ref<void(Value first, int64_t count)> body) const;

  /// Copies the second factor of each product that makes scores: [panels, inner, panel].
  void pack(Value group, llvm::ArrayRef<Value> factors) const;
  void makeScores(size_t product, const QueryBlock& block, Value a) const;
  void overKeys(const ScoreUse& use, const QueryBlock& block, Value b, Value result) const;
  /// result += scores^T b, over the queries of the block.
  void overQueries(const ScoreUse& use, const QueryBlock& block, Value b, Value result) const;

  /// Where a row of kept scores begins.
  Value rowOf(int slot, Value row) const;
  const mlir::VectorType& vector() const { return vector_; }

 private:
  kernels::RegisterTile tile(Value a, Value b, int64_t rows, int64_t rowStride, int64_t columns, kernels::Dim reduction,
                             bool padded) const;
  Value groupOffset(const OperandView& view, Value group) const;
  Value packedStart(size_t product) const;
  void forColumns(int64_t extent, int64_t step, llvm::function_ref<void(Value first, int64_t count)> body) const;
  Values zeros(int64_t count) const;
  Values load(Value buffer, Value first, int64_t stride, int64_t rows, int64_t columns) const;
  void store(const Values& sums, Value buffer, Value first, int64_t stride, int64_t columns) const;

  IndexBuilder ix_;
  const AttentionForm& form_;
  const AttentionSchedule& s_;
  Value scratch_, start_;
  mlir::VectorType vector_;
};

}  // namespace stator::cpu
