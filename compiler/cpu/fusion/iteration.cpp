// The loops of a kernel, from the ops of its region.
#include "compiler/cpu/fusion/iteration.h"

#include <algorithm>
#include <set>

#include "compiler/cpu/fusion/evaluate.h"
#include "compiler/ir/work.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

namespace stator::cpu {
namespace {

mlir::RankedTensorType typeOf(mlir::Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }

/// Walks from the roots through values of the same elements in the same order. A boundary is told by the number of
/// elements behind it, which does not depend on how a reshape groups them.
class BoundaryFinder {
 public:
  std::set<int64_t> boundaries;
  std::map<int64_t, int64_t> tiles;  // elements behind an axis -> elements of it taken at once

  void visit(mlir::Value value) {
    mlir::Operation* op = value.getDefiningOp();
    if (!op || !seen_.insert(value).second) return;
    llvm::ArrayRef<int64_t> shape = typeOf(value).getShape();
    llvm::TypeSwitch<mlir::Operation*>(op)
        .Case([&](ir::BroadcastOp o) { stretched(o); })
        .Case([&](ir::PermuteOp o) { moved(o); })
        .Case([&](ir::SliceOp o) { resized(typeOf(o.getX()).getShape(), shape); })
        .Case([&](ir::PadOp o) {
          resized(typeOf(o.getX()).getShape(), shape);
          for (auto [axis, interior] : llvm::enumerate(o.getInterior())) tile(shape, axis, interior + 1);
        })
        .Case([&](ir::FlipOp o) { alone(shape, o.getAxes()); })
        .Case([&](ir::GatherOp o) { gathered(o); })
        .Case([&](ir::IotaOp o) { alone(shape, o.getAxis()); })
        .Case<ir::MaxPool2dOp, ir::MaxPool2dIndicesOp, ir::MaxPool2dPositionsOp, ir::AvgPool2dOp>(
            [&](auto o) { alone(shape, o.getAxes()); })
        .Case<ir::MaxPool2dGradOp, ir::MaxPool2dScatterOp, ir::AvgPool2dGradOp>([&](auto o) { windows(o, shape); })
        .Case<ir::SumOp, ir::MaxOp, ir::ArgmaxOp, ir::RandomUniformOp, ir::ConstantOp, ir::MatmulOp, ir::ConvolutionOp,
              ir::ConvolutionWeightGradOp, ir::WinogradConvolutionOp, ir::ScatterAddOp>([](auto) {})
        .Default([&](mlir::Operation* o) {
          for (mlir::Value operand : o->getOperands()) visit(operand);
        });
  }

  void alone(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> axes) {
    int64_t behind = 1;
    for (int64_t axis = shape.size(); axis-- > 0; behind *= shape[axis])
      if (llvm::is_contained(axes, axis)) boundaries.insert({behind, behind * shape[axis]});
  }

  /// A boundary wherever reduced and kept axes meet.
  void separate(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> reduced) {
    int64_t behind = 1;
    int last = -1;
    for (int64_t axis = shape.size(); axis-- > 0; behind *= shape[axis]) {
      if (shape[axis] == 1) continue;
      int now = llvm::is_contained(reduced, axis);
      if (last >= 0 && now != last) boundaries.insert(behind);
      last = now;
    }
  }

 private:
  void stretched(ir::BroadcastOp op) {
    llvm::ArrayRef<int64_t> from = typeOf(op.getX()).getShape(), to = op.getType().getShape();
    if (from == to) return visit(op.getX());
    int64_t behind = 1;
    int last = -1;
    for (size_t axis = to.size(); axis-- > 0; behind *= to[axis]) {
      if (to[axis] == 1) continue;
      int now = from[axis] != to[axis];
      if (last >= 0 && now != last) boundaries.insert(behind);
      last = now;
    }
  }
  void moved(ir::PermuteOp op) {
    llvm::ArrayRef<int64_t> shape = op.getType().getShape();
    int64_t behind = 1, follower = -1;
    for (size_t axis = shape.size(); axis-- > 0; behind *= shape[axis]) {
      if (shape[axis] == 1) continue;
      if (follower >= 0 && op.getAxes()[axis] + 1 != follower) boundaries.insert(behind);
      follower = op.getAxes()[axis];
    }
  }
  void resized(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to) {
    llvm::SmallVector<int64_t> axes;
    for (size_t axis = 0; axis < to.size(); ++axis)
      if (from[axis] != to[axis]) axes.push_back(axis);
    alone(to, axes);
  }
  /// [B..., K..., W...]
  void gathered(ir::GatherOp op) {
    int64_t width = mlir::ShapedType::getNumElements(typeOf(op.getX()).getShape().drop_front(op.getAxis() + 1));
    int64_t picked = mlir::ShapedType::getNumElements(typeOf(op.getIndices()).getShape().drop_front(op.getAxis()));
    boundaries.insert({width, width * picked});
  }
  template <class Op> void windows(Op op, llvm::ArrayRef<int64_t> shape) {
    alone(shape, op.getAxes());
    for (int i = 0; i < 2; ++i) tile(shape, op.getAxes()[i], op.getStride()[i]);
  }
  /// Elements of an axis that a few steps apart are computed alike go in turns; along the lanes' axis, pairs do.
  void tile(llvm::ArrayRef<int64_t> shape, int64_t axis, int64_t stride) {
    bool small = stride <= (axis + 1 == static_cast<int64_t>(shape.size()) ? 2 : 3);
    if (!small || stride == 1 || shape[axis] % stride != 0) return;
    tiles[mlir::ShapedType::getNumElements(shape.drop_front(axis + 1))] = stride;
  }

  llvm::DenseSet<mlir::Value> seen_;
};

/// Whether the axis that lies just before `behind` trailing elements is one of `reduced`.
bool isReducedAt(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> reduced, int64_t behind) {
  int64_t product = 1;
  for (int64_t axis = shape.size(); axis-- > 0;) {
    product *= shape[axis];
    if (product > behind) return llvm::is_contained(reduced, axis);
  }
  return false;
}

/// All of `needed` (which nest), and those of `wanted` that nest with them and each other.
std::set<int64_t> nested(std::set<int64_t> needed, const std::set<int64_t>& wanted) {
  for (int64_t boundary : wanted) {
    bool fits = boundary <= *needed.rbegin() &&
                llvm::all_of(needed, [&](int64_t other) { return boundary % other == 0 || other % boundary == 0; });
    if (fits) needed.insert(boundary);
  }
  return needed;
}

}  // namespace

IterationGroups iterationGroups(llvm::ArrayRef<mlir::Value> roots, llvm::ArrayRef<int64_t> shape,
                                llvm::ArrayRef<int64_t> reduced) {
  BoundaryFinder finder;
  for (mlir::Value root : roots) finder.visit(root);
  BoundaryFinder needed;
  needed.boundaries.insert(mlir::ShapedType::getNumElements(shape));
  if (!reduced.empty()) needed.separate(shape, reduced);
  int64_t behind = 1;
  IterationGroups groups;
  for (int64_t boundary : nested(needed.boundaries, finder.boundaries)) {
    if (boundary <= behind) continue;
    auto tile = finder.tiles.find(behind);
    groups.push_back(
        {boundary / behind, tile == finder.tiles.end() ? 1 : tile->second, isReducedAt(shape, reduced, behind)});
    behind = boundary;
  }
  if (groups.empty()) groups.push_back({1, 1, !reduced.empty()});
  std::reverse(groups.begin(), groups.end());
  return groups;
}

int64_t chunkCount(double nanoseconds, int64_t units) {
  constexpr double least = 8000;
  constexpr int64_t most = 64;
  return std::clamp<int64_t>(static_cast<int64_t>(nanoseconds / least), 1, std::min(units, most));
}

double nanosecondsPerElement(ir::FusionOp fusion) {
  double time = 0.3 * (fusion.getNumOperands() + fusion.getNumResults());
  for (mlir::Operation& op : fusion.getBody().front()) time += ir::elementNanoseconds(&op);
  return time;
}

int64_t lanesFor(int64_t extent, const Target& target) {
  return std::min<int64_t>(target.lanes(), static_cast<int64_t>(llvm::PowerOf2Ceil(static_cast<uint64_t>(extent))));
}

}  // namespace stator::cpu
