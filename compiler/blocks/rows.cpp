// One rule for each family of ops.
#include "compiler/blocks/rows.h"

#include "compiler/fuse/op_roles.h"
#include "compiler/simplify/evaluate.h"
#include "llvm/ADT/TypeSwitch.h"

namespace stator::blocks {
namespace {

using Kind = Part::Kind;
using Shape = llvm::ArrayRef<int64_t>;

Shape shapeOf(mlir::Value value) { return fuse::typeOf(value).getShape(); }

class Rules {
 public:
  Rules(const Parts& known, int64_t batch) : known_(known), batch_(batch) {}

  std::optional<Part> of(mlir::Operation* op) const {
    using Result = std::optional<Part>;
    if (simplify::isElementwise(op) || llvm::isa<ir::DetachOp, ir::RecomputeOp, ir::KnownOp>(op)) return alike(op);
    return llvm::TypeSwitch<mlir::Operation*, Result>(op)
        .Case<ir::BroadcastOp, ir::ReshapeOp, ir::PermuteOp, ir::SliceOp, ir::PadOp, ir::FlipOp>(
            [&](auto view) { return moved(view); })
        .Case<ir::SumOp, ir::MaxOp, ir::ArgmaxOp>([&](auto reduction) { return reduced(reduction); })
        .Case<ir::MaxPool2dOp, ir::MaxPool2dIndicesOp, ir::MaxPool2dPositionsOp, ir::MaxPool2dScatterOp,
              ir::AvgPool2dOp, ir::MaxPool2dGradOp, ir::AvgPool2dGradOp>(
            [&](auto pool) -> Result { return unless(llvm::is_contained(pool.getAxes(), axisOf(alike(pool))), pool); })
        .Case([&](ir::CatOp cat) -> Result { return unless(int64_t(cat.getAxis()) == axisOf(alike(cat)), cat); })
        .Case([&](ir::MatmulOp matmul) { return product(matmul); })
        .Case<ir::ConvolutionOp, ir::WinogradConvolutionOp>([&](auto convolution) { return images(convolution); })
        .Case([&](ir::ConvolutionWeightGradOp gradient) { return weightGradient(gradient); })
        .Case([&](ir::GatherOp gather) { return gathered(gather); })
        .Case([&](ir::ScatterAddOp scatter) { return scattered(scatter); })
        .Default([](mlir::Operation*) { return Result(); });
  }

 private:
  const Part* known(mlir::Value value) const {
    auto found = known_.find(value);
    return found == known_.end() ? nullptr : &found->second;
  }

  static int64_t axisOf(const std::optional<Part>& part) { return part ? part->axis : -1; }

  /// The part that all operands are, or can be seen as.
  std::optional<Part> alike(mlir::Operation* op) const {
    const Part* common = nullptr;
    for (mlir::Value operand : op->getOperands()) {
      const Part* part = known(operand);
      if (!part) continue;
      if (part->kind != Kind::rows || (common && *part != *common)) return {};
      common = part;
    }
    for (mlir::Value operand : op->getOperands())
      if (!known(operand) && sightOf(operand, *common) == Sight::unknown) return {};
    return *common;
  }

  std::optional<Part> unless(bool touched, mlir::Operation* op) const {
    return touched ? std::optional<Part>() : alike(op);
  }

  std::optional<Part> moved(ir::BroadcastOp op) const {
    Part part = *known(op.getX());
    if (shapeOf(op.getX())[part.axis] != op.getType().getDimSize(part.axis)) return {};
    return alike(op);
  }

  /// The axis with the same elements before it that still has whole rows.
  std::optional<Part> moved(ir::ReshapeOp op) const {
    auto part = alike(op);
    if (!part) return {};
    Shape from = shapeOf(op.getX()), to = op.getType().getShape();
    int64_t before = mlir::ShapedType::getNumElements(from.take_front(part->axis)),
            row = part->each * mlir::ShapedType::getNumElements(from.drop_front(part->axis + 1));
    for (size_t axis = 0; axis < to.size(); ++axis) {
      int64_t each = to[axis] / batch_;
      if (mlir::ShapedType::getNumElements(to.take_front(axis)) == before && to[axis] % batch_ == 0 &&
          each * mlir::ShapedType::getNumElements(to.drop_front(axis + 1)) == row)
        return Part{Kind::rows, static_cast<int64_t>(axis), each};
    }
    return {};
  }

  std::optional<Part> moved(ir::PermuteOp op) const {
    auto part = alike(op);
    if (part) part->axis = llvm::find(op.getAxes(), part->axis) - op.getAxes().begin();
    return part;
  }

  std::optional<Part> moved(ir::SliceOp op) const {
    auto part = alike(op);
    if (!part) return {};
    int64_t stop = op.getStop()[part->axis];
    bool whole = op.getStart()[part->axis] == 0 && op.getStep()[part->axis] == 1 &&
                 (stop == -1 || stop == shapeOf(op.getX())[part->axis]);
    return whole ? part : std::nullopt;
  }

  std::optional<Part> moved(ir::PadOp op) const {
    auto part = alike(op);
    if (!part) return {};
    bool whole = !op.getLow()[part->axis] && !op.getHigh()[part->axis] && !op.getInterior()[part->axis];
    return whole ? part : std::nullopt;
  }

  std::optional<Part> moved(ir::FlipOp op) const {
    return unless(llvm::is_contained(op.getAxes(), axisOf(alike(op))), op);
  }

  std::optional<Part> reduced(mlir::Operation* op) const {
    const Part& part = *known(op->getOperand(0));
    llvm::SmallVector<int64_t> axes = fuse::reducedAxes(op);
    if (part.kind == Kind::rows && !llvm::is_contained(axes, part.axis)) return alike(op);
    bool sums = llvm::isa<ir::SumOp>(op) && !fuse::typeOf(op->getResult(0)).getElementType().isInteger(1);
    if (part.kind == Kind::parts) sums &= axes == llvm::ArrayRef<int64_t>{0};
    return sums && part.kind != Kind::total ? std::optional(Part{Kind::total}) : std::nullopt;
  }

  std::optional<Part> product(ir::MatmulOp op) const {
    const Part *a = known(op.getA()), *b = known(op.getB());
    int64_t rank = op.getType().getRank();
    auto isBatch = [&](const Part* part) { return part && part->axis < rank - 2; };
    if ((a && a->kind != Kind::rows) || (b && b->kind != Kind::rows)) return {};
    if (isBatch(a) || isBatch(b)) return alike(op);
    if (a && !b && a->axis == rank - 2) return *a;
    if (b && !a && b->axis == rank - 1) return *b;
    bool summed = a && b && a->axis == rank - 1 && b->axis == rank - 2 && a->each == b->each;
    return summed ? std::optional(Part{Kind::total}) : std::nullopt;
  }

  std::optional<Part> images(mlir::Operation* op) const {
    const Part* x = known(op->getOperand(0));
    bool rows = x && *x == Part{Kind::rows, 0, x->each} && !known(op->getOperand(1));
    return rows ? std::optional(*x) : std::nullopt;
  }

  std::optional<Part> weightGradient(ir::ConvolutionWeightGradOp op) const {
    const Part *x = known(op.getX()), *dy = known(op.getDy());
    if (!x || !dy || *x != *dy || *x != Part{Kind::rows, 0, x->each}) return {};
    if (op.getType().getRank() == 4) return Part{Kind::total};
    return Part{Kind::parts, 0, op.getType().getDimSize(0)};
  }

  std::optional<Part> gathered(ir::GatherOp op) const {
    const Part *x = known(op.getX()), *indices = known(op.getIndices());
    if (indices && indices->kind == Kind::rows && !x && op.getAxis() == 0) return *indices;
    return x && x->axis < int64_t(op.getAxis()) ? alike(op) : std::nullopt;
  }

  std::optional<Part> scattered(ir::ScatterAddOp op) const {
    auto part = alike(op);
    if (!part || part->axis < int64_t(op.getAxis())) return part;
    bool summed = known(op.getIndices()) && known(op.getRows()) && part->axis < fuse::typeOf(op.getIndices()).getRank();
    return summed ? std::optional(Part{Kind::total}) : std::nullopt;
  }

  const Parts& known_;
  int64_t batch_;
};

}  // namespace

std::optional<Part> partOf(mlir::Operation* op, const Parts& known, int64_t batch) {
  return op->getNumResults() == 1 ? Rules(known, batch).of(op) : std::nullopt;
}

Sight sightOf(mlir::Value whole, const Part& rows) {
  mlir::Operation* op = whole.getDefiningOp();
  auto broadcast = llvm::dyn_cast_if_present<ir::BroadcastOp>(op);
  if (broadcast && shapeOf(broadcast.getX())[rows.axis] == 1) return Sight::again;
  auto iota = llvm::dyn_cast_if_present<ir::IotaOp>(op);
  if (llvm::isa_and_present<ir::ConstantOp>(op) || (iota && int64_t(iota.getAxis()) != rows.axis)) return Sight::again;
  return rows.axis == 0 ? Sight::sliced : Sight::unknown;
}

}  // namespace stator::blocks
