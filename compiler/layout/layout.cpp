// layout: takes simplified functions with convolutions on [N, C, H, W]; gives functions with convolutions on [N, H, W,
// C].
//
//     %y = stator.conv2d %x, %w; %z = stator.relu %y
//
// becomes permute %x, permute %w, `convolution`, relu on the channels-last result, and one permute back at the end, if
// anything there still needs it.
#include "compiler/layout/layout.h"

#include "compiler/ir/dialect.h"
#include "compiler/layout/axis_orders.h"
#include "compiler/layout/channels_last.h"
#include "compiler/layout/store_slots.h"
#include "compiler/simplify/simplify.h"
#include "mlir/Pass/Pass.h"

namespace stator {
namespace {

struct Layout : mlir::PassWrapper<Layout, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Layout)

  explicit Layout(SlotOrder slots) : slots_(slots) {}

  llvm::StringRef getArgument() const override { return "layout"; }
  llvm::StringRef getDescription() const override { return "convolutions channels-last, with the fewest permutes"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }
  void runOnOperation() override {
    if (slots_ == SlotOrder::stored) layout::storeSlots(getOperation());
    layout::makeChannelsLast(getOperation());
    layout::assignAxisOrders(getOperation());
    if (mlir::failed(simplify::simplifyFunction(getOperation()))) signalPassFailure();
  }

 private:
  SlotOrder slots_;
};

}  // namespace

std::unique_ptr<mlir::Pass> createLayoutPass(SlotOrder slots) { return std::make_unique<Layout>(slots); }

}  // namespace stator
