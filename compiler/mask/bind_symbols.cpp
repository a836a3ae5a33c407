// bind-symbols: takes differentiated functions whose types have symbols; gives functions of plain numbers.
//
//     tensor<32x784xf32, #stator.symbols<[batch], []>>   becomes   tensor<32x784xf32>
#include "compiler/ir/dialect.h"
#include "compiler/ir/ops.h"
#include "compiler/mask/insert_masks.h"
#include "compiler/mask/mask.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/Pass.h"

namespace stator {
namespace {

mlir::Type withoutSymbols(mlir::Type type) {
  auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
  return tensor ? mlir::RankedTensorType::get(tensor.getShape(), tensor.getElementType()) : type;
}

void dropSymbols(mlir::func::FuncOp function) {
  auto drop = [](mlir::ValueRange values) {
    for (mlir::Value value : values) value.setType(withoutSymbols(value.getType()));
  };
  function.walk([&](mlir::Operation* op) {
    drop(op->getResults());
    for (mlir::Region& region : op->getRegions()) drop(region.getArguments());
  });
  llvm::SmallVector<mlir::Type> results = llvm::map_to_vector(function.getResultTypes(), withoutSymbols);
  auto arguments = function.getBody().getArgumentTypes();
  function.setFunctionType(mlir::FunctionType::get(function.getContext(), llvm::to_vector(arguments), results));
}

/// Contractions that nobody needs are not masked.
void eraseDeadOps(mlir::Block& block) {
  for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(block))) {
    if (mlir::isOpTriviallyDead(&op)) op.erase();
    else if (auto scan = llvm::dyn_cast<ir::ScanOp>(op)) eraseDeadOps(scan.block());
  }
}

/// A function takes only those valid counts that its masks need.
void dropUnusedValidCounts(mlir::func::FuncOp function) {
  for (unsigned i = function.getNumArguments(); i-- > 0;) {
    auto name = function.getArgAttrOfType<mlir::StringAttr>(i, ir::argumentAttr);
    bool isValidCount = name && name.getValue().starts_with("valid.");
    if (isValidCount && function.getArgument(i).use_empty()) function.eraseArgument(i);
  }
}

struct BindSymbols : mlir::PassWrapper<BindSymbols, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(BindSymbols)

  llvm::StringRef getArgument() const override { return "bind-symbols"; }
  llvm::StringRef getDescription() const override {
    return "masks what differentiation made, and drops symbols from types";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }
  void runOnOperation() override {
    eraseDeadOps(getOperation().getBody().front());
    if (mlir::failed(mask::insertMasks(getOperation()))) return signalPassFailure();
    dropSymbols(getOperation());
    dropUnusedValidCounts(getOperation());
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> createBindSymbolsPass() { return std::make_unique<BindSymbols>(); }

}  // namespace stator
