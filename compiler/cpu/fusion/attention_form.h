// What an attention kernel does for a block of rows of its score matrices: products, passes over rows, products.
#pragma once

#include "compiler/cpu/fusion/contraction_form.h"

namespace stator::cpu {

/// Scores [queries, keys] of a group = a [queries, inner] * b [inner, keys].
struct ScoreProduct {
  mlir::Value scores;
  OperandView a, b;  ///< [..., queries, inner], [..., inner, keys]
  int64_t inner = 1;
};

/// A result of the kernel: scores * b, of [queries, width], or scores^T * b, of [keys, width].
struct ScoreUse {
  mlir::Value scores;
  OperandView b;  ///< [..., keys, width] or [..., queries, width]; elements of a row lie side by side
  int64_t width = 1;
  bool transposed = false;
  size_t result = 0;  ///< the fusion's
};

/// Scores in the scratch: a row of a slot belongs to a query.
struct KeptScores {
  mlir::Value scores;
  int slot = 0;
};

/// One way along a row: what is read of the scratch, the reductions, and what is written to the scratch.
struct RowPass {
  llvm::SmallVector<KeptScores> loads;
  llvm::SmallVector<mlir::Operation*> reductions;
  llvm::SmallVector<KeptScores> stores;
};

struct AttentionForm {
  int64_t groups = 1, queries = 1, keys = 1;
  llvm::SmallVector<ScoreProduct> products;
  llvm::SmallVector<RowPass> passes;
  llvm::SmallVector<ScoreUse> uses;
  llvm::DenseMap<mlir::Value, int> slots;  ///< of what products make and uses read
  int slotCount = 0;
  bool isCausal = false;  ///< nothing depends on scores of keys behind the query
};

/// Errors: InternalError for a region that is not of this form.
AttentionForm attentionOf(ir::FusionOp fusion);

/// Whether no result of the fusion depends on scores whose key stands behind the query.
bool isCausal(ir::FusionOp fusion, int64_t queries, int64_t keys);

/// The scores behind reshapes and an exchange of rows and columns.
mlir::Value scoresBehind(mlir::Value value);

}  // namespace stator::cpu
