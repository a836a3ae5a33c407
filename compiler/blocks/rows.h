// What becomes of the rows of a batch in each op: whether a block of them can be computed without the others.
#pragma once

#include <optional>

#include "compiler/ir/ops.h"
#include "llvm/ADT/DenseMap.h"

namespace stator::blocks {

/// What a value, or a block's part of it, is of the batch.
struct Part {
  enum class Kind {
    rows,   ///< row r of the batch is the elements [r * each, (r + 1) * each) along `axis`
    parts,  ///< along axis 0 lie sums over equal parts of the batch, `each` of them in all
    total   ///< a sum over the whole batch: blocks give addends
  };
  Kind kind = Kind::rows;
  int64_t axis = 0, each = 1;

  bool operator==(const Part&) const = default;
};

using Parts = llvm::DenseMap<mlir::Value, Part>;

/// What the op's result is of a batch of so many rows, where the operands in `known` are parts of it and the others are
/// there as a whole. None: a block of its result needs other rows too, or no rule says otherwise.
std::optional<Part> partOf(mlir::Operation* op, const Parts& known, int64_t batch);

/// How a value that is there as a whole looks to a block of rows.
enum class Sight {
  again,    ///< made for the block by the same op, as constants and broadcasts along the axis of rows are
  sliced,   ///< the block's rows of it
  unknown,  ///< neither
};
Sight sightOf(mlir::Value whole, const Part& rows);

}  // namespace stator::blocks
