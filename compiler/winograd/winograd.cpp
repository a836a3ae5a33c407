// 3 x 3 convolutions by fewer products.
//
//   %y = stator.convolution %x, %w {stride = [1, 1], ...}   =>   %u = stator.winograd_weight %w
//                                                                %y = stator.winograd_convolution %x, %u
#include "compiler/winograd/winograd.h"

#include "compiler/ir/build.h"
#include "compiler/ir/dialect.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace stator {
namespace {

constexpr int64_t pairsPerTile = 1024;     ///< of channels, at most
constexpr int64_t channelsOfVectors = 16;  ///< the channels of the widest vectors of f32; narrower ones divide them

bool isOnes(llvm::ArrayRef<int64_t> pair) { return pair[0] == 1 && pair[1] == 1; }

/// Whether it is faster so: transforming images takes time for each channel, the products for each pair, and a large
/// weight, which is nearly twice as large when transformed, is to be read for many tiles.
bool pays(ir::ConvolutionOp op, int64_t leastTiles) {
  auto weight = llvm::cast<mlir::RankedTensorType>(op.getWeight().getType());
  llvm::ArrayRef<int64_t> w = weight.getShape(), y = op.getType().getShape();
  if (op.getChannelsFirst() || op.getGroups() != 1 || !isOnes(op.getStride()) || !isOnes(op.getDilation()) ||
      !weight.getElementType().isF32() || w[0] != 3 || w[1] != 3)
    return false;
  int64_t tiles = y[0] * ((y[1] + 1) / 2) * ((y[2] + 1) / 2);
  return w[2] % channelsOfVectors == 0 && w[3] % channelsOfVectors == 0 &&
         tiles >= std::max(leastTiles, w[2] * w[3] / pairsPerTile);
}

/// The weight that `weight` is with its taps in the opposite order and its channels in each other's place, as where
/// the cotangent of an image is computed; null: it is none.
mlir::Value turnedRound(mlir::Value weight) {
  auto permute = weight.getDefiningOp<ir::PermuteOp>();
  if (!permute || permute.getAxes() != llvm::ArrayRef<int64_t>{0, 1, 3, 2}) return {};
  auto flip = permute.getX().getDefiningOp<ir::FlipOp>();
  return flip && flip.getAxes() == llvm::ArrayRef<int64_t>{0, 1} ? flip.getX() : mlir::Value();
}

struct WinogradPass : mlir::PassWrapper<WinogradPass, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(WinogradPass)
  explicit WinogradPass(int64_t least) { leastTiles = least; }
  WinogradPass(const WinogradPass& other) : PassWrapper(other) {}

  llvm::StringRef getArgument() const override { return "winograd"; }
  llvm::StringRef getDescription() const override { return "3 x 3 convolutions by fewer products"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }

  void runOnOperation() override {
    llvm::SmallVector<ir::ConvolutionOp> found;
    getOperation().walk([&](ir::ConvolutionOp op) {
      if (pays(op, leastTiles)) found.push_back(op);
    });
    for (ir::ConvolutionOp op : found) {
      mlir::OpBuilder builder(op);
      mlir::Value turned = turnedRound(op.getWeight()), from = turned ? turned : op.getWeight();
      mlir::Value weight = ir::buildOp(builder, op.getLoc(), rule::WinogradWeight{turned != nullptr}, {from});
      op.replaceAllUsesWith(ir::buildOp(builder, op.getLoc(), rule::WinogradConvolution{}, {op.getX(), weight}));
      op.erase();
    }
  }

  Option<int64_t> leastTiles{*this, "least-tiles", llvm::cl::desc("Pieces of 2 x 2 elements that pay for the weight")};
};

}  // namespace

std::unique_ptr<mlir::Pass> createWinogradPass(int64_t leastTiles) {
  return std::make_unique<WinogradPass>(leastTiles);
}

}  // namespace stator
