// The backward walk: each op on the way hands its results' cotangents on to its operands, through its own `vjp`.
#include "compiler/differentiate/reverse_mode.h"

#include "compiler/differentiate/differentiate_scan.h"
#include "compiler/interface/ops/elementwise.h"
#include "compiler/ir/build.h"

namespace stator::ir {

llvm::LogicalResult ReverseMode::run(llvm::ArrayRef<mlir::Operation*> ops, llvm::ArrayRef<CotangentSource> sources) {
  findPath(ops, sources);
  recomputation.find(ops);
  for (const CotangentSource& source : sources)
    if (onPath.contains(source.value)) add(source.value, source.cotangent());
  for (mlir::Operation* op : llvm::reverse(path))
    if (mlir::failed(propagate(op))) return mlir::failure();
  return mlir::success();
}

/// Collects the ops through which a wanted value reaches a source, in order.
void ReverseMode::findPath(llvm::ArrayRef<mlir::Operation*> ops, llvm::ArrayRef<CotangentSource> sources) {
  llvm::DenseSet<mlir::Operation*> reached;
  llvm::SmallVector<mlir::Value> pending;
  for (const CotangentSource& source : sources) pending.push_back(source.value);
  while (!pending.empty()) {
    mlir::Operation* op = pending.pop_back_val().getDefiningOp();
    if (op && reached.insert(op).second) llvm::append_range(pending, op->getOperands());
  }
  for (mlir::Operation* op : ops) {
    if (!reached.contains(op)) continue;
    if (!llvm::any_of(op->getOperands(), [&](mlir::Value operand) { return onPath.contains(operand); })) continue;
    path.push_back(op);
    onPath.insert(op->result_begin(), op->result_end());
  }
}

llvm::LogicalResult ReverseMode::propagate(mlir::Operation* op) {
  if (auto scan = llvm::dyn_cast<ScanOp>(op)) return propagateThroughScan(scan);
  mlir::Value cotangent = cotangents.lookup(op->getResult(0));
  if (!cotangent) return mlir::success();
  auto differentiable = llvm::dyn_cast<StatorOp>(op);
  llvm::FailureOr<Cotangents> operands = mlir::failure();
  if (differentiable) operands = llvm::cast<StatorOp>(recomputation.of(op)).vjp(builder, cotangent);
  if (mlir::failed(operands))
    return op->emitError() << op->getName().stripDialect() << ": it has no derivative, and stands between a value and "
                           << "the loss that is differentiated with respect to it";
  addAll(op->getOperands(), *operands);
  return mlir::success();
}

llvm::LogicalResult ReverseMode::propagateThroughScan(ScanOp scan) {
  llvm::SmallVector<mlir::Value> given;
  for (mlir::Value result : scan.getResults()) given.push_back(cotangents.lookup(result));
  if (llvm::none_of(given, [](mlir::Value cotangent) { return bool(cotangent); })) return mlir::success();
  llvm::SmallVector<bool> wanted;
  for (mlir::Value operand : scan.getOperands()) wanted.push_back(onPath.contains(operand));
  llvm::FailureOr<ScanDerivative> derivative = differentiateScan(builder, scan, given, wanted);
  if (mlir::failed(derivative)) return mlir::failure();
  for (mlir::Value result : scan.getResults()) {
    mlir::Value now = derivative->scan.getResult(llvm::cast<mlir::OpResult>(result).getResultNumber());
    if (onPath.erase(result)) onPath.insert(now);
    mlir::Value cotangent = cotangents.lookup(result);
    if (cotangents.erase(result)) cotangents[now] = cotangent;
  }
  addAll(scan.getOperands(), derivative->cotangents);
  if (derivative->scan != scan) {
    scan->replaceAllUsesWith(derivative->scan->getResults().take_front(scan->getNumResults()));
    scan->erase();
  }
  return mlir::success();
}

void ReverseMode::addAll(mlir::ValueRange operands, llvm::ArrayRef<mlir::Value> contributions) {
  for (auto [operand, contribution] : llvm::zip_equal(operands, contributions))
    if (contribution && onPath.contains(operand)) add(operand, contribution);
}

/// Contributions are summed in the order in which the walk meets them: the same on every run.
void ReverseMode::add(mlir::Value value, mlir::Value contribution) {
  mlir::Value& cotangent = cotangents[value];
  cotangent = cotangent ? buildOp(builder, value.getLoc(), rule::add{}, {cotangent, contribution}) : contribution;
}

}  // namespace stator::ir
