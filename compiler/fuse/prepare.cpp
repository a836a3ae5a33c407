// The pass prepare: ops as those that kernels are made of, just before they are grouped.
#include "compiler/fuse/prepare.h"

#include <limits>

#include "compiler/fuse/fuse.h"
#include "compiler/fuse/op_roles.h"
#include "compiler/ir/build.h"
#include "compiler/ir/rules.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace stator::fuse {
namespace {

constexpr int64_t longReduction = 65536;  ///< elements
constexpr int64_t enoughResults = 16;     ///< rows, or blocks of kept lanes, that can be divided already

/// The greatest divisor of `extent` that is at most 64.
int64_t partsOf(int64_t extent) {
  for (int64_t parts = std::min<int64_t>(64, extent / 16); parts > 1; --parts)
    if (extent % parts == 0) return parts;
  return 1;
}

mlir::Value reduce(mlir::OpBuilder& builder, mlir::Operation* like, mlir::Value x, llvm::ArrayRef<int64_t> axes) {
  Integers numbers;
  for (int64_t axis : axes) numbers.push(axis);
  if (llvm::isa<ir::SumOp>(like)) return ir::buildOp(builder, like->getLoc(), rule::Sum{numbers}, {x});
  return ir::buildOp(builder, like->getLoc(), rule::Max{numbers}, {x});
}

mlir::Value reshape(mlir::OpBuilder& builder, mlir::Value x, llvm::ArrayRef<int64_t> shape) {
  auto type = mlir::RankedTensorType::get(shape, typeOf(x).getElementType());
  return builder.create<ir::ReshapeOp>(x.getLoc(), type, x);
}

/// [..., extent, ...] as [..., parts, extent / parts, ...], reduced along the second of them.
mlir::Value reduceParts(mlir::OpBuilder& builder, mlir::Operation* op, int64_t axis, int64_t parts) {
  mlir::Value x = op->getOperand(0);
  llvm::SmallVector<int64_t> shape(typeOf(x).getShape()), partial = shape;
  shape[axis] /= parts;
  shape.insert(shape.begin() + axis, parts);
  partial[axis] = parts;
  return reshape(builder, reduce(builder, op, reshape(builder, x, shape), {axis + 1}), partial);
}

void split(mlir::Operation* op) {
  llvm::ArrayRef<int64_t> shape = typeOf(op->getOperand(0)).getShape();
  int64_t kept = elementCount(op->getResult(0)), units = reducesTrailingAxes(op) ? kept : kept / 64;
  if (elementCount(op->getOperand(0)) < longReduction || units >= enoughResults) return;
  llvm::SmallVector<int64_t> axes = reducedAxes(op);
  llvm::erase_if(axes, [&](int64_t axis) { return shape[axis] == 1; });
  llvm::sort(axes);
  if (axes.empty()) return;
  mlir::OpBuilder builder(op);
  int64_t first = axes[0], parts = axes.size() > 1 && shape[first] >= 8 ? shape[first] : partsOf(shape[first]);
  mlir::Value partial;
  if (axes.size() > 1 && parts == shape[first])
    partial = reduce(builder, op, op->getOperand(0), llvm::ArrayRef(axes).drop_front());
  else if (axes.size() == 1 && parts > 1 && shape.size() < 6) partial = reduceParts(builder, op, first, parts);
  else return;
  op->replaceAllUsesWith(mlir::ValueRange{reduce(builder, op, partial, {first})});
  op->erase();
}

/// What an op gives that reads no elements: max its identity, pad its padding, sums and products 0.
double valueOfNothing(mlir::Operation& op) {
  if (llvm::isa<ir::MaxOp>(op)) return -std::numeric_limits<double>::infinity();
  if (auto pad = llvm::dyn_cast<ir::PadOp>(op)) return pad.getValue().convertToDouble();
  return 0;
}

/// Whether operands of `element` are computed with in a wider type.
bool isComputedWider(Role role, mlir::Type element) {
  bool isReal = llvm::isa<mlir::FloatType>(element), isWide = element.isF32() || element.isF64();
  if (role == Role::contraction) return !isWide;
  if (role == Role::scatter) return isReal && !isWide;
  return role == Role::window && !isReal;
}

/// Ops that are expressed in others become those.
void decomposeOps(mlir::Block& block) {
  for (mlir::Operation& op : llvm::make_early_inc_range(block.without_terminator())) {
    auto whole = llvm::dyn_cast<ir::StatorOp>(op);
    mlir::OpBuilder builder(&op);
    mlir::Value parts = whole ? whole.decompose(builder) : nullptr;
    if (!parts) continue;
    op.getResult(0).replaceAllUsesWith(parts);
    op.erase();
  }
}

/// Values without elements, and what is computed from none, become constants: a sum of nothing is 0.
void replaceEmptyValues(mlir::Block& block) {
  for (mlir::Operation& op : llvm::make_early_inc_range(block.without_terminator())) {
    bool readsNothing = llvm::any_of(op.getOperands(), [](mlir::Value x) { return elementCount(x) == 0; });
    if (llvm::isa<ir::ConstantOp, ir::ScanOp>(op) || (!readsNothing && elementCount(op.getResult(0)) != 0)) continue;
    mlir::OpBuilder builder(&op);
    op.getResult(0).replaceAllUsesWith(
        ir::buildConstant(builder, op.getLoc(), op.getResult(0).getType(), valueOfNothing(op)));
    op.erase();
  }
}

/// Reductions over axes of extent 1 alone become what they read, or the index 0.
void dropEmptyReductions(mlir::Block& block) {
  for (mlir::Operation& op : llvm::make_early_inc_range(block)) {
    if (!llvm::isa<ir::SumOp, ir::MaxOp, ir::ArgmaxOp>(op)) continue;
    if (elementCount(op.getOperand(0)) != elementCount(op.getResult(0))) continue;
    mlir::OpBuilder builder(&op);
    mlir::Value same = op.getOperand(0);
    if (llvm::isa<ir::ArgmaxOp>(op)) same = ir::buildConstant(builder, op.getLoc(), op.getResult(0).getType(), 0);
    op.getResult(0).replaceAllUsesWith(same);
    op.erase();
  }
}

/// Contractions of other element types than f32 and f64, scattered sums of narrow floats, and pooling of whole numbers
/// are computed wider: narrow floats as f32, whole numbers as f64.
void widenOperands(mlir::Block& block) {
  for (mlir::Operation& op : llvm::make_early_inc_range(block.without_terminator())) {
    Role role = roleOf(&op);
    mlir::RankedTensorType type = typeOf(op.getResult(0));
    mlir::Type element = typeOf(role == Role::window ? op.getOperand(0) : op.getResult(0)).getElementType();
    if (!isComputedWider(role, element)) continue;
    mlir::OpBuilder builder(&op);
    mlir::Type wide = llvm::isa<mlir::FloatType>(element) ? mlir::Type(builder.getF32Type()) : builder.getF64Type();
    for (mlir::OpOperand& operand : op.getOpOperands())
      if (typeOf(operand.get()).getElementType() == element)
        operand.set(builder.create<ir::CastOp>(op.getLoc(), typeOf(operand.get()).clone(wide), operand.get()));
    if (type.getElementType() != element) continue;  // indices
    op.getResult(0).setType(type.clone(wide));
    builder.setInsertionPointAfter(&op);
    auto narrow = builder.create<ir::CastOp>(op.getLoc(), type, op.getResult(0));
    op.getResult(0).replaceAllUsesExcept(narrow, narrow);
  }
}

/// Long reductions to few elements become two, the first of which can be divided among threads. How they are split
/// follows from their shapes alone.
void splitLongReductions(mlir::Block& block) {
  for (mlir::Operation& op : llvm::make_early_inc_range(block))
    if (llvm::isa<ir::SumOp, ir::MaxOp>(op)) split(&op);
}

/// permute(a x b) over the last two axes becomes permute(b) x permute(a): operands are read through strides for free.
void transposeMatmuls(mlir::Block& block) {
  for (mlir::Operation& op : llvm::make_early_inc_range(block)) {
    auto permute = llvm::dyn_cast<ir::PermuteOp>(op);
    auto matmul = permute ? permute.getX().getDefiningOp<ir::MatmulOp>() : nullptr;
    if (!matmul || !matmul->hasOneUse() || !swapsLastTwo(permute)) continue;
    mlir::OpBuilder builder(permute);
    auto transposed = [&](mlir::Value x) -> mlir::Value {
      auto inner = x.getDefiningOp<ir::PermuteOp>();
      if (inner && swapsLastTwo(inner)) return inner.getX();
      Integers axes;
      for (int64_t axis : permute.getAxes()) axes.push(axis);
      return ir::buildOp(builder, permute.getLoc(), rule::Permute{axes}, {x});
    };
    mlir::Value b = transposed(matmul.getB()), a = transposed(matmul.getA());
    permute.replaceAllUsesWith(
        ir::buildOpAs(builder, permute.getLoc(), rule::EqualRankMatmul{}, {b, a}, permute.getResult().getType()));
    permute.erase();
    matmul.erase();
  }
}

/// The pooling of the same windows of the same image, before its gradient; null: there is none.
ir::MaxPool2dOp poolingOf(ir::MaxPool2dGradOp gradient) {
  for (mlir::Operation* user : gradient.getX().getUsers()) {
    auto pool = llvm::dyn_cast<ir::MaxPool2dOp>(user);
    bool precedes = pool && pool->getBlock() == gradient->getBlock() && pool->isBeforeInBlock(gradient);
    if (precedes && pool->getAttrDictionary() == gradient->getAttrDictionary()) return pool;
  }
  return {};
}

/// Gradients of pooling read where the greatest elements are, a byte for each window, and not the image again.
void keepPositions(mlir::Block& block) {
  for (auto gradient : llvm::make_early_inc_range(block.getOps<ir::MaxPool2dGradOp>())) {
    ir::MaxPool2dOp pool = poolingOf(gradient);
    if (!pool || pool.getKernel()[0] * pool.getKernel()[1] > 256) continue;
    mlir::OpBuilder builder(pool->getContext());
    builder.setInsertionPointAfter(pool);
    rule::MaxPool2d windows = ir::ruleOf<rule::MaxPool2d>(pool);
    mlir::Value positions = ir::buildOp(builder, pool.getLoc(), rule::MaxPool2dPositions{windows}, {pool.getX()});
    builder.setInsertionPoint(gradient);
    gradient.replaceAllUsesWith(ir::buildOpAs(builder, gradient.getLoc(), rule::MaxPool2dScatter{windows},
                                              {gradient.getDy(), positions}, gradient.getType()));
    gradient.erase();
  }
}

/// The steps of loops first, as they are fused.
void prepareBlock(mlir::Block& block) {
  for (auto scan : block.getOps<ir::ScanOp>()) prepareBlock(scan.block());
  decomposeOps(block);
  replaceEmptyValues(block);
  dropEmptyReductions(block);
  dropDeadOps(block);
  widenOperands(block);
  transposeMatmuls(block);
  splitLongReductions(block);
  keepPositions(block);
}

struct PreparePass : mlir::PassWrapper<PreparePass, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PreparePass)

  llvm::StringRef getArgument() const override { return "prepare"; }
  llvm::StringRef getDescription() const override { return "Expresses ops as those that kernels are made of"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }

  void runOnOperation() override {
    if (!getOperation().isDeclaration()) prepareBlock(getOperation().getBody().front());
  }
};

}  // namespace

void dropDeadOps(mlir::Block& block) {
  llvm::SmallVector<mlir::Operation*> ops;
  for (mlir::Operation& op : block.without_terminator()) ops.push_back(&op);
  for (mlir::Operation* op : llvm::reverse(ops))
    if (op->use_empty()) op->erase();
}

void dropRecomputes(mlir::Block& block) {
  for (auto recompute : llvm::make_early_inc_range(block.getOps<ir::RecomputeOp>())) {
    recompute.replaceAllUsesWith(recompute.getX());
    recompute.erase();
  }
}

}  // namespace stator::fuse

namespace stator {

std::unique_ptr<mlir::Pass> createPreparePass() { return std::make_unique<fuse::PreparePass>(); }

}  // namespace stator
