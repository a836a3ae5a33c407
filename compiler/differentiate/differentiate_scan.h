// The backward loop of a scan.
#pragma once

#include "compiler/ir/scan.h"

namespace stator::ir {

struct ScanDerivative {
  ScanOp scan;            ///< the loop, or one to replace it by, which stacks more behind the same results
  Cotangents cotangents;  ///< of each operand; null: none
};

/// A scan in the other direction, built at the builder's place, that takes `cotangents` of the results (null: none) to
/// those of the operands that are `wanted`.
/// Errors: an emitted diagnostic that names an op without derivative.
llvm::FailureOr<ScanDerivative> differentiateScan(mlir::OpBuilder& builder, ScanOp scan,
                                                  llvm::ArrayRef<mlir::Value> cotangents, llvm::ArrayRef<bool> wanted);

}  // namespace stator::ir
