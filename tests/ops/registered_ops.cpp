// What the dialect has.
#include "tests/ops/registered_ops.h"

#include "compiler/ir/dialect.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OperationSupport.h"

namespace stator::tests {

std::vector<std::string> registered_ops() {
  mlir::MLIRContext context;
  context.loadDialect<ir::StatorDialect>();
  std::vector<std::string> names;
  for (mlir::RegisteredOperationName op : context.getRegisteredOperations())
    if (op.getDialectNamespace() == "stator") names.push_back(op.stripDialect().str());
  return names;
}

}  // namespace stator::tests
