// Copies of ops, for those who read a value late.
#include "compiler/fuse/repeat_late.h"

#include "compiler/ir/build.h"
#include "compiler/ir/rules.h"
#include "mlir/IR/IRMapping.h"

namespace stator::fuse {
namespace {

class LateCopies {
 public:
  LateCopies(const Lifetimes& lives, int64_t late, llvm::ArrayRef<Repeat> repeats) : lives_(lives), late_(late) {
    for (const Repeat& repeat : repeats)
      for (mlir::Operation* reader : lives.readersOf(repeat.op->getResult(0)))
        if (isLate(reader) && (!first_ || reader->isBeforeInBlock(first_))) first_ = reader;
  }

  void add(const Repeat& repeat) {
    if (!first_ || !isPossible(repeat)) return;
    mlir::OpBuilder builder(first_);
    for (mlir::Operation* op : repeat.ops) {
      if (copies_.contains(op->getResult(0))) continue;
      for (mlir::Value operand : op->getOperands())
        if (!copies_.contains(operand)) copies_.map(operand, marked(builder, operand));
      builder.clone(*op, copies_);
    }
    redirect(repeat.op->getResult(0), copies_.lookup(repeat.op->getResult(0)));
  }

 private:
  bool isLate(mlir::Operation* reader) const { return lives_.momentOf(reader) >= late_; }

  bool isPossible(const Repeat& repeat) const {
    return llvm::all_of(repeat.ops, [&](mlir::Operation* op) { return op->isBeforeInBlock(first_); });
  }

  /// A value from before, for computing others again: what reads it stays apart from what made it.
  static mlir::Value marked(mlir::OpBuilder& builder, mlir::Value value) {
    mlir::Operation* op = value.getDefiningOp();
    if (!op || roleOf(op) == Role::source) return value;
    return ir::buildOp(builder, value.getLoc(), rule::Recompute{}, {value});
  }

  /// Late readers of `from` read `to`: through copies of the views in between.
  void redirect(mlir::Value from, mlir::Value to) {
    for (mlir::OpOperand& use : llvm::make_early_inc_range(from.getUses())) {
      mlir::Operation* user = use.getOwner();
      if (lives_.momentOf(user) >= 0) {
        if (isLate(user)) use.set(to);
      } else if (!user->hasTrait<mlir::OpTrait::IsTerminator>() && isReadLate(user)) {
        mlir::IRMapping copies;
        copies.map(from, to);
        mlir::OpBuilder builder(user->isBeforeInBlock(first_) ? first_ : user);
        redirect(user->getResult(0), builder.clone(*user, copies)->getResult(0));
      }
    }
  }

  /// Whether a kernel reads a view late. Copies of this round have no readers that count.
  bool isReadLate(mlir::Operation* view) const {
    return llvm::any_of(lives_.readersOf(view->getResult(0)), [&](auto* reader) { return isLate(reader); });
  }

  const Lifetimes& lives_;
  int64_t late_;
  mlir::Operation* first_ = nullptr;  ///< the first late reader
  mlir::IRMapping copies_;
};

}  // namespace

void repeatLate(const Lifetimes& lives, int64_t late, llvm::ArrayRef<Repeat> repeats) {
  LateCopies copies(lives, late, repeats);
  for (const Repeat& repeat : repeats) copies.add(repeat);
}

}  // namespace stator::fuse
