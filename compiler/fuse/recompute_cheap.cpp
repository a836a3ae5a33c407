// Values that elementwise ops make again where they are read late, instead of waiting in memory.
//
//   %h = add(matmul, bias)                     %h = add(matmul, bias)
//   %g = gelu %h                               %g = gelu %h
//   %y = matmul %g, %w                         %y = matmul %g, %w
//   ...                                   =>   ...
//   %dh = mul %dg, gelu'(%h)                   %r = recompute %h          (the mark: not the same, not fused with %h)
//   %dw = matmul transpose(%g), %dy            %dh = mul %dg, gelu'(%r)
//                                              %dw = matmul transpose(gelu %r), %dy
//
// Here two tensors waited, %g and gelu'(%h), which the kernel of %h makes as it passes; now %h waits alone.
#include "compiler/fuse/recompute_cheap.h"

#include "compiler/fuse/prepare.h"
#include "compiler/fuse/repeat_late.h"

namespace stator::fuse {
namespace {

constexpr int64_t muchSmaller = 16;  ///< values that are small beside another wait without being counted
constexpr size_t mostRepeated = 16;  ///< ops that make a value again
constexpr int mostRounds = 4;

/// How a value is made again: the ops, in program order, from values that wait and from small ones.
struct Recipe {
  llvm::SmallSetVector<mlir::Operation*, 16> ops;
  llvm::SmallSetVector<mlir::Value, 4> waiting;  ///< large values that it reads and that are there in any case
  llvm::SmallSetVector<mlir::Value, 4> missing;  ///< large values that it reads and that are not
};

bool isRepeatable(mlir::Operation* op) {
  if (llvm::isa<ir::ReshapeOp, ir::BroadcastOp, ir::PadOp>(op)) return true;
  return roleOf(op) == Role::compute && !llvm::isa<ir::RandomUniformOp>(op);
}

class Plan {
 public:
  Plan(const Lifetimes& lives, int64_t leastBytes) : lives_(lives), leastBytes_(leastBytes) {
    for (mlir::Operation* op : lives.waiting())
      if (bytesOf(op->getResult(0)) >= leastBytes && isRepeatable(op) && !isNeededWhole(op))
        candidates_.insert({op, firstLate(op)});
  }

  /// Whether anything is to be computed again.
  bool make() {
    bool any = false;
    while (forgetWhatIsAtHand() || keepOneForOthers()) any = true;
    return any;
  }

  void rewrite() {
    for (mlir::Operation* op : forgotten_)
      repeatLate(lives_, lives_.mostMoment(), {Repeat{op, recipes_[op].ops.getArrayRef()}});
  }

 private:
  bool isLate(mlir::Operation* reader) const { return lives_.momentOf(reader) >= lives_.mostMoment(); }

  /// Whether the kernel that runs when most is held reads the value from memory, for other than elementwise ops.
  bool isNeededWhole(mlir::Operation* op) const {
    return llvm::any_of(lives_.readersOf(op->getResult(0)), [&](mlir::Operation* reader) {
      return lives_.momentOf(reader) == lives_.mostMoment() && roleOf(reader) != Role::compute;
    });
  }

  int64_t firstLate(mlir::Operation* op) const {
    int64_t first = lives_.lastMoment(op->getResult(0));
    for (mlir::Operation* reader : lives_.readersOf(op->getResult(0)))
      if (isLate(reader)) first = std::min(first, lives_.momentOf(reader));
    return first;
  }

  /// Whether `value` waits until `moment` in any case.
  bool isAtHand(mlir::Value value, int64_t moment) const {
    mlir::Operation* op = value.getDefiningOp();
    if (!op) return true;
    if (forgotten_.contains(op)) return false;
    return pinned_.contains(op) || lives_.lastMoment(value) >= moment;
  }

  Recipe recipeOf(mlir::Operation* op, mlir::Value also = {}) const {
    Recipe recipe;
    collect(op, also, elementCount(op->getResult(0)), candidates_.lookup(op), recipe);
    return recipe;
  }

  void collect(mlir::Operation* op, mlir::Value also, int64_t elements, int64_t moment, Recipe& recipe) const {
    if (recipe.ops.contains(op) || recipe.ops.size() > mostRepeated) return;
    for (mlir::Value operand : op->getOperands()) {
      mlir::Operation* base = operand.getDefiningOp();
      if (!base || roleOf(base) == Role::source || elementCount(operand) * muchSmaller <= elements) continue;
      if (operand == also || isAtHand(operand, moment)) recipe.waiting.insert(operand);
      else if (isRepeatable(base)) collect(base, also, elements, moment, recipe);
      else recipe.missing.insert(operand);
    }
    recipe.ops.insert(op);
  }

  static bool isPossible(const Recipe& recipe) { return recipe.missing.empty() && recipe.ops.size() <= mostRepeated; }

  bool mayForget(mlir::Operation* op) const { return !forgotten_.contains(op) && !pinned_.contains(op); }

  void forget(mlir::Operation* op, const Recipe& recipe) {
    forgotten_.insert(op);
    recipes_[op] = recipe;
    for (mlir::Value value : recipe.waiting)
      if (mlir::Operation* made = value.getDefiningOp()) pinned_.insert(made);
  }

  bool forgetWhatIsAtHand() {
    size_t before = forgotten_.size();
    for (auto [op, moment] : candidates_) {
      if (!mayForget(op)) continue;
      if (Recipe recipe = recipeOf(op); isPossible(recipe)) forget(op, recipe);
    }
    return forgotten_.size() > before;
  }

  /// The value that, kept, makes the most bytes needless: each that could be made from it alone.
  bool keepOneForOthers() {
    mlir::Value best;
    int64_t most = 0;
    llvm::SmallSetVector<mlir::Value, 16> choices;
    for (auto [op, moment] : candidates_) {
      if (!mayForget(op)) continue;
      Recipe recipe = recipeOf(op);
      for (mlir::Operation* inner : llvm::reverse(recipe.ops)) choices.insert(inner->getResult(0));
      for (mlir::Value value : recipe.missing) choices.insert(value);
    }
    for (mlir::Value choice : choices)
      if (int64_t gain = gainOf(choice); gain > most) most = gain, best = choice;
    if (most < leastBytes_) return false;
    for (mlir::Operation* op : madeFrom(best)) forget(op, recipeOf(op, best));
    pinned_.insert(best.getDefiningOp());
    return true;
  }

  llvm::SmallVector<mlir::Operation*> madeFrom(mlir::Value choice) const {
    llvm::SmallVector<mlir::Operation*> made;
    for (auto [op, moment] : candidates_) {
      if (!mayForget(op) || op == choice.getDefiningOp()) continue;
      Recipe recipe = recipeOf(op, choice);
      if (isPossible(recipe) && recipe.waiting.contains(choice)) made.push_back(op);
    }
    return made;
  }

  int64_t gainOf(mlir::Value choice) const {
    int64_t gain = llvm::is_contained(lives_.waiting(), choice.getDefiningOp()) ? 0 : -bytesOf(choice);
    for (mlir::Operation* op : madeFrom(choice)) gain += bytesOf(op->getResult(0));
    return gain;
  }

  const Lifetimes& lives_;
  int64_t leastBytes_;
  llvm::MapVector<mlir::Operation*, int64_t> candidates_;  ///< with the moment of the first late reader
  llvm::SetVector<mlir::Operation*> forgotten_;
  llvm::DenseSet<mlir::Operation*> pinned_;
  llvm::DenseMap<mlir::Operation*, Recipe> recipes_;
};

}  // namespace

void recomputeCheap(mlir::Block& block, int64_t leastBytes) {
  for (int round = 0; round < mostRounds; ++round) {
    Grouping grouping(block, true);
    Lifetimes lives(block, grouping);
    Plan plan(lives, leastBytes);
    if (!plan.make()) return;
    plan.rewrite();
    dropDeadOps(block);
  }
}

}  // namespace stator::fuse
