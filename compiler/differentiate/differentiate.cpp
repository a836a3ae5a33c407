// Reverse mode: the ops between the wanted values and a loss, walked once backwards through their `vjp`.
//
//   %y = stator.square %x ...                    %y = stator.square %x
//   %l = stator.sum %y ...                  =>   %l = stator.sum %y
//   %g = stator.gradient %l, %x                  %s = stator.constant {value = 1.0}; %b = stator.broadcast %s
//                                                %c = stator.constant {value = 2.0}; %m = stator.mul %c, %x
//                                                %g = stator.mul %m, %b
#include "compiler/differentiate/differentiate.h"

#include "compiler/interface/ops/elementwise.h"
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace stator::ir {
namespace {

/// All gradients of one loss, in the order in which they stand.
struct Request {
  mlir::Value loss;
  llvm::SmallVector<GradientOp> gradients;
};

/// One backward walk from one loss.
class ReverseMode {
 public:
  explicit ReverseMode(const Request& request) : request(request), builder(request.gradients.front()) {}

  llvm::LogicalResult run() {
    findPath();
    if (onPath.contains(request.loss)) add(request.loss, splat(request.loss, 1));
    for (mlir::Operation* op : llvm::reverse(path))
      if (mlir::failed(propagate(op))) return mlir::failure();
    for (GradientOp gradient : request.gradients) {
      mlir::Value cotangent = cotangents.lookup(gradient.getValue());
      gradient.replaceAllUsesWith(cotangent ? cotangent : splat(gradient.getValue(), 0));
    }
    for (GradientOp gradient : request.gradients) gradient.erase();
    return mlir::success();
  }

 private:
  /// Collects the ops through which a wanted value reaches the loss, in order.
  void findPath() {
    llvm::DenseSet<mlir::Value> wanted;
    for (GradientOp gradient : request.gradients) wanted.insert(gradient.getValue());
    onPath = wanted;
    llvm::DenseSet<mlir::Operation*> reached = ancestorsOfLoss();
    for (mlir::Operation& op : *builder.getInsertionBlock()) {
      if (!reached.contains(&op)) continue;
      if (!llvm::any_of(op.getOperands(), [&](mlir::Value operand) { return onPath.contains(operand); })) continue;
      path.push_back(&op);
      onPath.insert(op.result_begin(), op.result_end());
    }
  }

  llvm::DenseSet<mlir::Operation*> ancestorsOfLoss() {
    llvm::DenseSet<mlir::Operation*> reached;
    llvm::SmallVector<mlir::Value> pending{request.loss};
    while (!pending.empty()) {
      mlir::Operation* op = pending.pop_back_val().getDefiningOp();
      if (op && reached.insert(op).second) llvm::append_range(pending, op->getOperands());
    }
    return reached;
  }

  llvm::LogicalResult propagate(mlir::Operation* op) {
    mlir::Value cotangent = cotangents.lookup(op->getResult(0));
    if (!cotangent) return mlir::success();
    auto differentiable = llvm::dyn_cast<StatorOp>(op);
    llvm::FailureOr<Cotangents> operands = mlir::failure();
    if (differentiable) operands = differentiable.vjp(builder, cotangent);
    if (mlir::failed(operands))
      return op->emitError() << op->getName().stripDialect()
                             << ": it has no derivative, and stands between a value and "
                             << "the loss that is differentiated with respect to it";
    for (auto [operand, contribution] : llvm::zip_equal(op->getOperands(), *operands))
      if (contribution && onPath.contains(operand)) add(operand, contribution);
    return mlir::success();
  }

  /// Contributions are summed in the order in which the walk meets them: the same on every run.
  void add(mlir::Value value, mlir::Value contribution) {
    mlir::Value& cotangent = cotangents[value];
    cotangent = cotangent ? buildOp(builder, value.getLoc(), rule::add{}, {cotangent, contribution}) : contribution;
  }

  mlir::Value splat(mlir::Value like, double number) {
    return buildConstant(builder, like.getLoc(), like.getType(), number);
  }

  const Request& request;
  mlir::OpBuilder builder;
  llvm::SmallVector<mlir::Operation*> path;
  llvm::DenseSet<mlir::Value> onPath;
  llvm::DenseMap<mlir::Value, mlir::Value> cotangents;
};

/// The gradients of the function's first loss: those that stand before a nested one's are replaced before it is
/// reached.
Request firstRequest(mlir::func::FuncOp function) {
  Request request;
  for (auto gradient : function.getOps<GradientOp>()) {
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

llvm::LogicalResult differentiate(mlir::func::FuncOp function) {
  for (Request request = firstRequest(function); request.loss; request = firstRequest(function))
    if (mlir::failed(ReverseMode(request).run())) return mlir::failure();
  return mlir::success();
}

std::unique_ptr<mlir::Pass> createDifferentiatePass() { return std::make_unique<DifferentiatePass>(); }

}  // namespace stator::ir
