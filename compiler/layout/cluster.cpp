// The border of a cluster: operands that come from outside, results that go there.
#include "compiler/layout/cluster.h"

#include "compiler/ir/ops.h"
#include "compiler/simplify/evaluate.h"
#include "mlir/IR/IRMapping.h"

namespace stator::layout {

using mlir::Value;

static mlir::RankedTensorType typeOf(Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }

static bool isPooling(mlir::Operation* op) {
  return llvm::isa<ir::MaxPool2dOp, ir::MaxPool2dIndicesOp, ir::AvgPool2dOp, ir::MaxPool2dGradOp, ir::AvgPool2dGradOp>(
      op);
}

bool worksInAnyOrder(mlir::Operation* op) {
  constexpr int leastRank = 3;  // the order of a matrix is a matter of strides for the products that read it
  if (op->getNumResults() != 1 || typeOf(op->getResult(0)).getRank() < leastRank) return false;
  return simplify::isElementwise(op) || isPooling(op) ||
         llvm::isa<ir::BroadcastOp, ir::PadOp, ir::SliceOp, ir::FlipOp, ir::CatOp, ir::SumOp, ir::MaxOp, ir::ArgmaxOp,
                   ir::DetachOp, ir::RecomputeOp>(op);
}

static llvm::SetVector<Value> operandsFromOutside(const Cluster& cluster) {
  llvm::SetVector<Value> values;
  for (mlir::Operation* op : cluster)
    for (Value operand : op->getOperands())
      if (!operand.getDefiningOp() || !cluster.contains(operand.getDefiningOp())) values.insert(operand);
  return values;
}

static auto usersOutside(const Cluster& cluster, mlir::Operation* member) {
  return llvm::make_filter_range(member->getUsers(), [&](mlir::Operation* user) { return !cluster.contains(user); });
}

llvm::SmallVector<Axes> candidateOrders(const Cluster& cluster) {
  Axes present = llvm::to_vector<6>(llvm::seq<int64_t>(0, typeOf(cluster.front()->getResult(0)).getRank()));
  llvm::SmallVector<Axes> orders{present};
  auto add = [&](Axes order) {
    if (!llvm::is_contained(orders, order)) orders.push_back(std::move(order));
  };
  for (Value operand : operandsFromOutside(cluster))
    if (auto permute = operand.getDefiningOp<ir::PermuteOp>()) add(simplify::inverse(permute.getAxes()));
  for (mlir::Operation* op : cluster)
    for (mlir::Operation* user : usersOutside(cluster, op))
      if (auto permute = llvm::dyn_cast<ir::PermuteOp>(user)) add(Axes(permute.getAxes()));
  return orders;
}

static int64_t costOfPermuting(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> axes) {
  return simplify::movesNothing(type, axes) ? 0 : type.getNumElements();
}

/// What is made of nothing can be made in any order; a permute is replaced by one from its own operand.
static int64_t costOfOperand(Value operand, llvm::ArrayRef<int64_t> order) {
  mlir::Operation* producer = operand.getDefiningOp();
  if (llvm::isa_and_present<ir::ConstantOp, ir::IotaOp, ir::RandomUniformOp>(producer)) return 0;
  auto permute = llvm::dyn_cast_if_present<ir::PermuteOp>(producer);
  if (!permute) return costOfPermuting(typeOf(operand), order);
  return costOfPermuting(permute.getX().getType(), simplify::compose(permute.getAxes(), order));
}

/// A permute outside reads the member directly; all other users share one permute back.
static int64_t costOfResult(const Cluster& cluster, mlir::Operation* member, llvm::ArrayRef<int64_t> order) {
  mlir::RankedTensorType stored = simplify::permuted(typeOf(member->getResult(0)), order);
  Axes back = simplify::inverse(order);
  int64_t cost = 0;
  bool usedAsWritten = false;
  for (mlir::Operation* user : usersOutside(cluster, member)) {
    if (auto permute = llvm::dyn_cast<ir::PermuteOp>(user))
      cost += costOfPermuting(stored, simplify::compose(back, permute.getAxes()));
    else usedAsWritten = true;
  }
  return cost + (usedAsWritten ? costOfPermuting(stored, back) : 0);
}

int64_t permutedElements(const Cluster& cluster, llvm::ArrayRef<int64_t> order) {
  int64_t elements = 0;
  for (Value operand : operandsFromOutside(cluster)) elements += costOfOperand(operand, order);
  for (mlir::Operation* op : cluster) elements += costOfResult(cluster, op, order);
  return elements;
}

/// The attribute `name` of `op` when the op's axes are in another order: `axes` and `axis` name axes, the others hold
/// one entry for each axis.
static mlir::Attribute reordered(mlir::Operation* op, mlir::NamedAttribute attribute, llvm::ArrayRef<int64_t> order) {
  mlir::Builder builder(op->getContext());
  Axes back = simplify::inverse(order);
  if (attribute.getName() == "axis")
    return builder.getI64IntegerAttr(back[llvm::cast<mlir::IntegerAttr>(attribute.getValue()).getInt()]);
  bool namesAxes = attribute.getName() == "axes", perAxis = llvm::isa<ir::PadOp, ir::SliceOp>(op);
  auto numbers = llvm::dyn_cast<mlir::DenseI64ArrayAttr>(attribute.getValue());
  if (!numbers || (!namesAxes && !perAxis)) return attribute.getValue();
  Axes result =
      namesAxes ? simplify::compose(back, numbers.asArrayRef()) : simplify::compose(numbers.asArrayRef(), order);
  if (namesAxes && !isPooling(op)) llvm::sort(result);  // those of pooling go with its kernel's extents
  return builder.getDenseI64ArrayAttr(result);
}

void reorder(const Cluster& cluster, llvm::ArrayRef<int64_t> order) {
  mlir::IRMapping stored;
  for (Value operand : operandsFromOutside(cluster)) {
    mlir::OpBuilder builder(operand.getContext());
    builder.setInsertionPointAfterValue(operand);
    stored.map(operand, simplify::permute(builder, operand.getLoc(), operand, order));
  }
  for (mlir::Operation* op : cluster) {
    mlir::OpBuilder builder(op);
    mlir::Operation* next = builder.clone(*op, stored);
    for (mlir::NamedAttribute attribute : op->getAttrs())
      next->setAttr(attribute.getName(), reordered(op, attribute, order));
    next->getResult(0).setType(simplify::permuted(typeOf(op->getResult(0)), order));
    Value back = simplify::permute(builder, op->getLoc(), next->getResult(0), simplify::inverse(order));
    op->getResult(0).replaceUsesWithIf(back, [&](mlir::OpOperand& use) { return !cluster.contains(use.getOwner()); });
  }
  for (mlir::Operation* op : llvm::reverse(cluster)) op->erase();
}

}  // namespace stator::layout
