// Finds the clusters and chooses an order for each.
#include "compiler/layout/axis_orders.h"

#include "compiler/ir/ops.h"
#include "compiler/layout/cluster.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"

namespace stator::layout {

/// Members that use each other's results belong together.
static llvm::SmallVector<Cluster> findClusters(mlir::Block& block) {
  llvm::EquivalenceClasses<mlir::Operation*> neighbours;
  for (mlir::Operation& op : block) {
    if (!worksInAnyOrder(&op)) continue;
    neighbours.insert(&op);
    for (mlir::Value operand : op.getOperands())
      if (mlir::Operation* producer = operand.getDefiningOp(); producer && worksInAnyOrder(producer))
        neighbours.unionSets(&op, producer);
  }
  llvm::MapVector<mlir::Operation*, Cluster> clusters;
  for (mlir::Operation& op : block)
    if (worksInAnyOrder(&op)) clusters[neighbours.getLeaderValue(&op)].insert(&op);
  llvm::SmallVector<Cluster> result;
  for (auto& [leader, cluster] : clusters) result.push_back(std::move(cluster));
  return result;
}

static void assignAxisOrders(mlir::Block& block) {
  for (auto scan : block.getOps<ir::ScanOp>()) assignAxisOrders(scan.block());
  for (const Cluster& cluster : findClusters(block)) {
    Axes best;
    int64_t least = 0;
    for (const Axes& order : candidateOrders(cluster)) {
      int64_t elements = permutedElements(cluster, order);
      if (best.empty() || elements < least) best = order, least = elements;
    }
    if (!simplify::isIdentity(best)) reorder(cluster, best);
  }
}

void assignAxisOrders(mlir::func::FuncOp function) { assignAxisOrders(function.getBody().front()); }

}  // namespace stator::layout
