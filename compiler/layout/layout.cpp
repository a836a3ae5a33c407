// layout: takes simplified functions with conv2d on [N, C, H, W]; gives functions with `convolution` on [N, H, W, C],
// or on [N, C, H, W] where few channels would leave lanes of vectors idle.
//
//     %y = stator.conv2d %x, %w; %z = stator.relu %y
//
// becomes permute %x, permute %w, `convolution`, relu on the channels-last result, and one permute back at the end, if
// anything there still needs it.
#include "compiler/layout/layout.h"

#include "compiler/ir/dialect.h"
#include "compiler/layout/axis_orders.h"
#include "compiler/layout/image_order.h"
#include "compiler/layout/order_images.h"
#include "compiler/layout/store_slots.h"
#include "compiler/simplify/simplify.h"
#include "mlir/Pass/Pass.h"

namespace stator {
namespace {

struct Layout : mlir::PassWrapper<Layout, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Layout)

  Layout(SlotOrder slots, ImageOrder order) : slots_(slots) { images = order; }
  Layout(const Layout& other) : PassWrapper(other), slots_(other.slots_) {}

  llvm::StringRef getArgument() const override { return "layout"; }
  llvm::StringRef getDescription() const override { return "an order of axes for images, with the fewest permutes"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }
  void runOnOperation() override {
    if (slots_ == SlotOrder::stored) layout::storeSlots(getOperation());
    layout::orderImages(getOperation(), layout::prefersChannelsFirst(getOperation(), images));
    if (images != ImageOrder::around) layout::assignAxisOrders(getOperation());
    if (mlir::failed(simplify::simplifyFunction(getOperation()))) signalPassFailure();
  }

 private:
  SlotOrder slots_;
  Option<ImageOrder> images{
      *this, "images", llvm::cl::desc("The order of the axes of images"), llvm::cl::init(ImageOrder::chosen),
      llvm::cl::values(clEnumValN(ImageOrder::chosen, "chosen", "that in which convolutions should run faster"),
                       clEnumValN(ImageOrder::channelsLast, "channels-last", "[N, H, W, C]"),
                       clEnumValN(ImageOrder::channelsFirst, "channels-first", "[N, C, H, W]"),
                       clEnumValN(ImageOrder::around, "around", "channels-last within convolutions alone"))};
};

}  // namespace

std::unique_ptr<mlir::Pass> createLayoutPass(SlotOrder slots, ImageOrder images) {
  return std::make_unique<Layout>(slots, images);
}

}  // namespace stator
