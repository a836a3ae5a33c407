// Score matrices that are only seen row by row.
//
// A matrix is followed from the product that makes it through elementwise ops, which take it at the same place, sums
// and maxima of its rows, and products that sum over its rows or its columns. Whatever else reads it needs it in
// memory, and then all that it is connected with stays as it is.
#include "compiler/fuse/find_attention.h"

#include "compiler/fuse/stage_attention.h"
#include "llvm/ADT/MapVector.h"

namespace stator::fuse {
namespace {

/// Of a product's inner extent: a panel of the second factor stays in the nearest cache.
constexpr int64_t mostInner = 256;

ScoreExtents extentsOf(mlir::RankedTensorType matrices) {
  llvm::ArrayRef<int64_t> shape = matrices.getShape();
  return {mlir::ShapedType::getNumElements(shape.drop_back(2)), shape[shape.size() - 2], shape.back()};
}

bool isScoreProduct(ir::MatmulOp op, int64_t leastScores) {
  mlir::RankedTensorType type = op.getType();
  if (type.getRank() < 3 || !type.getElementType().isF32()) return false;
  ScoreExtents extents = extentsOf(type);
  int64_t inner = typeOf(op.getA()).getShape().back();
  bool isLarge = extents.queries > 1 && extents.keys > 1 && extents.queries * extents.keys >= leastScores;
  // One second factor for all groups is a layer's weight.
  bool isShared = elementCount(withoutViews(op.getB())) <= inner * extents.keys;
  return extents.groups > 1 && isLarge && inner <= mostInner && !isShared;
}

class Finder {
 public:
  Finder(mlir::Block& block, int64_t leastScores) : block_(block), leastScores_(leastScores) {}

  llvm::SmallVector<Attention> run() {
    for (mlir::Operation& op : block_) visit(&op);
    for (mlir::Operation& op : block_)
      if (int found = memberOf(&op); found >= 0) addRowOps(&op, found);
    llvm::MapVector<int, Attention> all;
    for (mlir::Operation& op : block_) {
      int found = memberOf(&op);
      if (found < 0 || !fits_[found]) continue;
      Attention& attention = all[found];
      attention.extents = extents_[found];
      if (attention.stages.empty()) attention.stages.emplace_back();
      attention.stages[0].push_back(&op);
    }
    return stagesOf(block_, all.takeVector());
  }

 private:
  int rootOf(int number) const {
    while (parent_[number] != number) number = parent_[number];
    return number;
  }
  int numberIn(const llvm::DenseMap<mlir::Value, int>& map, mlir::Value value) const {
    auto known = map.find(value);
    return known == map.end() ? -1 : rootOf(known->second);
  }
  int memberOf(mlir::Operation* op) const {
    auto known = member_.find(op);
    return known == member_.end() ? -1 : rootOf(known->second);
  }
  int scoresOf(mlir::Value value) const { return numberIn(scores_, value); }
  int transposedOf(mlir::Value value) const { return numberIn(transposed_, value); }
  void reject(int number) {
    if (number >= 0) fits_[number] = false;
  }
  void rejectOperands(mlir::Operation* op) {
    for (mlir::Value operand : op->getOperands()) reject(scoresOf(operand)), reject(transposedOf(operand));
  }

  int unite(int a, int b) {
    if (a < 0 || a == b) return b;
    if (extents_[a] != extents_[b]) return reject(a), reject(b), b;
    fits_[a] = fits_[a] && fits_[b];
    return parent_[b] = a;
  }

  bool isMatrix(mlir::Value value, int number) const { return fuse::isMatrix(value, extents_[number]); }

  void visit(mlir::Operation* op) {
    if (op->hasTrait<mlir::OpTrait::IsTerminator>()) return rejectOperands(op);
    if (auto matmul = llvm::dyn_cast<ir::MatmulOp>(op)) return visitProduct(matmul);
    int found = -1;
    for (mlir::Value operand : op->getOperands()) {
      reject(transposedOf(operand));
      if (int number = scoresOf(operand); number >= 0) found = unite(found, number);
    }
    if (found < 0) return;
    if (auto permute = llvm::dyn_cast<ir::PermuteOp>(op); permute && swapsLastTwo(permute)) {
      transposed_[permute] = found;
    } else if (llvm::isa<ir::ReshapeOp, ir::DetachOp>(op) && isMatrix(op->getResult(0), found)) {
      scores_[op->getResult(0)] = found;
    } else if (llvm::isa<ir::SumOp, ir::MaxOp>(op)) {
      bool alongRow = reducedAxes(op) == llvm::SmallVector<int64_t>{typeOf(op->getOperand(0)).getRank() - 1};
      if (!alongRow || !typeOf(op->getResult(0)).getElementType().isF32()) return reject(found);
      member_[op] = found;
    } else if (roleOf(op) == Role::compute && isMatrix(op->getResult(0), found)) {
      member_[op] = scores_[op->getResult(0)] = found;
    } else {
      rejectOperands(op);
    }
  }

  void visitProduct(ir::MatmulOp op) {
    int rows = scoresOf(op.getA()), columns = transposedOf(op.getA());
    reject(scoresOf(op.getB())), reject(transposedOf(op.getB()));
    if (int found = rows >= 0 ? rows : columns; found >= 0) {
      ScoreExtents extents = extentsOf(typeOf(op.getA()));
      if (columns >= 0) std::swap(extents.queries, extents.keys);
      if (extents != extents_[found] || !op.getType().getElementType().isF32()) return reject(found);
      member_[op] = found;
    } else if (isScoreProduct(op, leastScores_)) {
      int number = static_cast<int>(parent_.size());
      parent_.push_back(number), fits_.push_back(true), extents_.push_back(extentsOf(op.getType()));
      member_[op] = scores_[op.getResult()] = number;
    }
  }

  /// What is computed for each row from its reductions, and read along the row again.
  void addRowOps(mlir::Operation* op, int number) {
    if (llvm::isa<ir::MatmulOp>(op)) return;
    for (mlir::Value operand : op->getOperands())
      if (scoresOf(operand) < 0 && isRowValue(operand, number) && !isReadAlongRow(operand, number)) reject(number);
  }

  /// Whether reductions of the matrices lead to `value` through ops on rows; those are members then.
  bool isRowValue(mlir::Value value, int number) {
    mlir::Operation* op = withoutViews(value).getDefiningOp();
    if (!op || isRepeatableView(op)) return false;
    if (int of = memberOf(op); of >= 0) return of == number && scoresOf(op->getResult(0)) < 0 && !isProduct(op);
    if (roleOf(op) != Role::compute || elementCount(op->getResult(0)) != extents_[number].rows()) return false;
    auto [known, isNew] = isRow_.try_emplace({op, number}, false);
    if (!isNew) return known->second;
    bool found = false;
    for (mlir::Value operand : op->getOperands()) {
      if (!isRowValue(operand, number)) continue;
      found = true;
      if (elementCount(withoutViews(operand)) != elementCount(operand) || !isPlain(operand)) reject(number);
    }
    if (found) member_[op] = number;
    return isRow_[{op, number}] = found;
  }

  static bool isProduct(mlir::Operation* op) { return llvm::isa<ir::MatmulOp>(op); }

  /// Whether nothing but reshapes lies between a value and what it is a view of.
  static bool isPlain(mlir::Value value) {
    while (llvm::isa_and_present<ir::ReshapeOp, ir::DetachOp>(value.getDefiningOp()))
      value = value.getDefiningOp()->getOperand(0);
    return !value.getDefiningOp() || !isRepeatableView(value.getDefiningOp());
  }

  /// Whether each row of `value`, a matrix, is one element stretched: the row value's at the same place.
  bool isReadAlongRow(mlir::Value value, int number) const {
    while (llvm::isa_and_present<ir::ReshapeOp, ir::DetachOp>(value.getDefiningOp()) && isMatrix(value, number))
      value = value.getDefiningOp()->getOperand(0);
    if (elementCount(value) == extents_[number].rows()) return isPlain(value);
    auto broadcast = value.getDefiningOp<ir::BroadcastOp>();
    if (!broadcast || !isMatrix(value, number)) return false;
    llvm::ArrayRef<int64_t> from = typeOf(broadcast.getX()).getShape();
    return from.back() == 1 && typeOf(broadcast.getX()).getNumElements() == extents_[number].rows() &&
           isPlain(broadcast.getX());
  }

  mlir::Block& block_;
  int64_t leastScores_;
  llvm::SmallVector<int> parent_;  // of what belongs together, by number
  llvm::SmallVector<bool> fits_;
  llvm::SmallVector<ScoreExtents> extents_;
  llvm::DenseMap<mlir::Value, int> scores_;      // matrices in the order of the products that make them
  llvm::DenseMap<mlir::Value, int> transposed_;  // with rows and columns exchanged
  llvm::DenseMap<mlir::Operation*, int> member_;
  llvm::DenseMap<std::pair<mlir::Operation*, int>, bool> isRow_;
};

}  // namespace

bool isMatrix(mlir::Value value, const ScoreExtents& extents) {
  mlir::RankedTensorType type = typeOf(value);
  return type.getRank() > 0 && type.getShape().back() == extents.keys && type.getNumElements() == extents.elements();
}

bool isRepeatableView(mlir::Operation* op) { return roleOf(op) == Role::view && !llvm::isa<ir::RecomputeOp>(op); }

mlir::Value withoutViews(mlir::Value value) {
  while (value.getDefiningOp() && isRepeatableView(value.getDefiningOp())) value = value.getDefiningOp()->getOperand(0);
  return value;
}

llvm::SmallVector<Attention> findAttention(mlir::Block& block, int64_t leastScores) {
  return Finder(block, leastScores).run();
}

}  // namespace stator::fuse
