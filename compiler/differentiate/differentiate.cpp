// Reverse mode: the ops between the wanted values and a loss, walked once backwards through their `vjp`.
//
//   %y = stator.square %x ...                    %y = stator.square %x
//   %l = stator.sum %y ...                  =>   %l = stator.sum %y
//   %g = stator.gradient %l, %x                  %s = stator.constant {value = 1.0}; %b = stator.broadcast %s
//                                                %c = stator.constant {value = 2.0}; %m = stator.mul %c, %x
//                                                %g = stator.mul %m, %b
#include "compiler/differentiate/differentiate.h"

#include "compiler/differentiate/reverse_mode.h"
#include "compiler/ir/build.h"

namespace stator::ir {
namespace {

/// All gradients of one loss, in the order in which they stand.
struct Request {
  mlir::Value loss;
  llvm::SmallVector<GradientOp> gradients;
};

/// Replaces the gradients of one loss by what one backward walk from it gives.
llvm::LogicalResult replace(const Request& request) {
  mlir::OpBuilder builder(request.gradients.front());
  auto splat = [&](mlir::Value like, double number) {
    return buildConstant(builder, like.getLoc(), like.getType(), number);
  };
  ReverseMode reverse(builder);
  for (GradientOp gradient : request.gradients) reverse.want(gradient.getValue());
  llvm::SmallVector<mlir::Operation*> ops;
  mlir::Operation* first = request.gradients.front();
  for (mlir::Operation& op : llvm::make_range(first->getBlock()->begin(), first->getIterator())) ops.push_back(&op);
  CotangentSource loss{request.loss, [&] { return splat(request.loss, 1); }};
  if (mlir::failed(reverse.run(ops, loss))) return mlir::failure();
  for (GradientOp gradient : request.gradients) {
    mlir::Value cotangent = reverse.of(gradient.getValue());
    gradient.replaceAllUsesWith(cotangent ? cotangent : splat(gradient.getValue(), 0));
  }
  for (GradientOp gradient : request.gradients) gradient.erase();
  return mlir::success();
}

/// The gradients of the block's first loss: those that stand before a nested one's are replaced before it is
/// reached.
Request firstRequest(mlir::Block& block) {
  Request request;
  for (auto gradient : block.getOps<GradientOp>()) {
    if (!request.loss) request.loss = gradient.getScalar();
    if (gradient.getScalar() == request.loss) request.gradients.push_back(gradient);
  }
  return request;
}

struct DifferentiatePass : mlir::PassWrapper<DifferentiatePass, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(DifferentiatePass)
  llvm::StringRef getArgument() const override { return "stator-differentiate"; }
  llvm::StringRef getDescription() const override { return "Replace gradient ops by what computes them"; }
  void runOnOperation() override {
    if (mlir::failed(differentiate(getOperation()))) signalPassFailure();
  }
};

}  // namespace

/// Loops first: a gradient in a step is one of that step.
static llvm::LogicalResult differentiate(mlir::Block& block) {
  for (auto scan : block.getOps<ScanOp>())
    if (mlir::failed(differentiate(scan.block()))) return mlir::failure();
  for (Request request = firstRequest(block); request.loss; request = firstRequest(block))
    if (mlir::failed(replace(request))) return mlir::failure();
  return mlir::success();
}

/// What was computed before is read, and not computed again.
static void useKnownValues(mlir::Block& block) {
  for (auto known : llvm::make_early_inc_range(block.getOps<KnownOp>())) {
    mlir::Value value = known.getValue(), held = known.getHeld();
    known.replaceAllUsesWith(held);
    known.erase();
    value.replaceAllUsesWith(held);
  }
}

llvm::LogicalResult differentiate(mlir::func::FuncOp function) {
  llvm::LogicalResult done = differentiate(function.getBody().front());
  useKnownValues(function.getBody().front());
  function.walk([](mlir::Operation* op) { op->removeAttr(checkpointAttr); });
  return done;
}

std::unique_ptr<mlir::Pass> createDifferentiatePass() { return std::make_unique<DifferentiatePass>(); }

}  // namespace stator::ir
