// One operation of a graph as an op of the dialect: by name, with no code for any op in particular.
#pragma once

#include "compiler/import/bindings.h"
#include "compiler/interface/graph.h"
#include "mlir/IR/Builders.h"

namespace stator::ir {

/// Builds the op named `operation.op` at the builder's place, located at `location`, and verifies it.
/// Errors: UserError for an op that there is not, and with the text of the broken rule.
mlir::Operation* importOperation(mlir::OpBuilder& builder, mlir::Location location, const stator::Operation& operation,
                                 mlir::ValueRange operands, const Bindings& bindings);

/// What the verifier says of `op`; empty: nothing.
std::string complaintAbout(mlir::Operation* op);

}  // namespace stator::ir
