// Which ops share a kernel.
//
// An op joins a group that it reads from and may join, or begins a group. It may join where its loops are the group's,
// where each value that it reads from the group is at hand at the same place (or is a reduced value that is stretched
// back along its row), and where nothing else that it reads depends on the group. Then the group absorbs the
// elementwise groups that the op reads too: that is how an optimizer's update becomes the epilogue of a gradient's
// contraction.
#include "compiler/fuse/group_ops.h"

namespace stator::fuse {
namespace {

/// The elements of a group that no op joins.
constexpr int64_t noLoops = -1;

bool isReduction(const Group& group) { return group.kind == Kind::reduce || group.kind == Kind::row; }

}  // namespace

llvm::StringRef nameOf(Kind kind) {
  static constexpr llvm::StringLiteral names[]{"contraction", "window", "map", "reduce", "row", "scatter", "whole"};
  return names[static_cast<int>(kind)];
}

Grouping::Grouping(mlir::Block& block, bool joins) : joins_(joins) {
  findMaterialized(block);
  for (mlir::Operation& op : block.without_terminator()) {
    Role role = roleOf(&op);
    if (role != Role::view && role != Role::source) place(&op);
    else if (materialized_.contains(&op)) placeView(&op);
  }
  if (!joins) return;
  joinReductions();
  joinNeighbours();
  repeatCheapOps(block);
}

int Grouping::groupOf(mlir::Operation* op) const {
  auto found = op ? groupOf_.find(op) : groupOf_.end();
  return found == groupOf_.end() ? -1 : found->second;
}

/// The ops that an op's operands come from, behind all views and what is computed anew.
llvm::ArrayRef<mlir::Operation*> Grouping::basesOf(mlir::Operation* op) const {
  auto known = bases_.find(op);
  if (known != bases_.end()) return known->second;
  llvm::SmallVector<mlir::Operation*, 3> bases;
  for (mlir::Value operand : op->getOperands()) {
    mlir::Operation* base = pathTo(operand).base.getDefiningOp();
    if (base && repeated_.contains(base)) llvm::append_range(bases, basesOf(base));
    else if (base) bases.push_back(base);
  }
  return bases_[op] = std::move(bases);
}

llvm::SmallVector<int> Grouping::producersOf(mlir::Operation* op) const {
  llvm::SmallVector<int> producers;
  for (mlir::Operation* base : basesOf(op)) {
    int group = groupOf(base);
    if (group >= 0 && !llvm::is_contained(producers, group)) producers.push_back(group);
  }
  return producers;
}

/// Whether `to` needs, directly or not, what `from` computes. Groups that end before `from` begins do not. Groups with
/// more than `mostBetween` others between them count as if it did: in a deep network each would look at all.
bool Grouping::reaches(int from, int to) const {
  constexpr size_t mostBetween = 512;
  llvm::SmallSetVector<int, 16> pending;
  pending.insert(to);
  mlir::Operation* first = groups_[from].ops.front();
  for (size_t i = 0; i < pending.size(); ++i) {
    if (pending[i] == from || i == mostBetween) return true;
    if (groups_[pending[i]].ops.back()->isBeforeInBlock(first)) continue;
    for (mlir::Operation* op : groups_[pending[i]].ops)
      for (int producer : producersOf(op)) pending.insert(producer);
  }
  return false;
}

bool Grouping::makesCircle(mlir::Operation* op, int group) const {
  return llvm::any_of(producersOf(op), [&](int other) { return other != group && reaches(group, other); });
}

bool Grouping::isResult(mlir::Operation* op) const { return isUsedOutside(op->getResult(0), groupOf(op), nullptr); }

bool Grouping::isUsedOutside(mlir::Value value, int number, mlir::Operation* user) const {
  for (mlir::Operation* consumer : value.getUsers()) {
    if (consumer == user || groupOf(consumer) == number) continue;
    bool isView = !consumer->hasTrait<mlir::OpTrait::IsTerminator>() && roleOf(consumer) == Role::view;
    if (!isView || materialized_.contains(consumer) || isUsedOutside(consumer->getResult(0), number, user)) return true;
  }
  return false;
}

bool Grouping::usedOnlyBy(const Group& group, int number, mlir::Operation* user) const {
  return llvm::none_of(group.ops, [&](mlir::Operation* op) { return isUsedOutside(op->getResult(0), number, user); });
}

/// Whole rows read rows at the same place, and reduced values stretched along the row or as they are.
bool Grouping::rowAccepts(mlir::Operation* op, const Group& group, int number) const {
  int64_t reduced = elementCount(group.reduction->getResult(0)), loops = elementCount(op->getOperand(0));
  for (mlir::Value operand : op->getOperands()) {
    ViewPath path = pathTo(operand);
    if (groupOf(path.base.getDefiningOp()) != number || path.plain) continue;
    if (loops != group.elements || elementCount(path.base) != reduced || !path.stretched) return false;
    auto broadcast = llvm::cast<ir::BroadcastOp>(path.stretched.getDefiningOp());
    if (typeOf(broadcast.getX()).getShape() != typeOf(group.reduction->getResult(0)).getShape()) return false;
    if (broadcast.getType().getShape() != typeOf(group.reduction->getOperand(0)).getShape()) return false;
  }
  return true;
}

bool Grouping::computeCanJoin(mlir::Operation* op, const Group& group, int number) const {
  int64_t elements = elementCount(op->getResult(0));
  if (isReduction(group)) {
    int64_t reduced = elementCount(group.reduction->getResult(0));
    if (elements == group.elements && elements != reduced)
      return reducesTrailingAxes(group.reduction) && rowAccepts(op, group, number);
    if (elements != reduced) return false;
  } else if (elements != group.elements) {
    return false;
  }
  return llvm::all_of(op->getOperands(), [&](mlir::Value operand) {
    ViewPath path = pathTo(operand);
    return groupOf(path.base.getDefiningOp()) != number || path.plain;
  });
}

bool Grouping::reductionCanJoin(mlir::Operation* op, const Group& group, int number) const {
  ViewPath path = pathTo(op->getOperand(0));
  if (!path.plain || elementCount(path.base) != group.elements) return false;
  if (group.kind == Kind::map) return reducesTrailingAxes(op) || usedOnlyBy(group, number, op);
  return isReduction(group) && reducesTrailingAxes(op) && reducedAxes(op) == reducedAxes(group.reduction) &&
         typeOf(op->getOperand(0)).getShape() == typeOf(group.reduction->getOperand(0)).getShape();
}

bool Grouping::canJoin(mlir::Operation* op, int number) const {
  const Group& group = groups_[number];
  if (!joins_ || group.kind == Kind::scatter || group.ops.size() >= mostOps || makesCircle(op, number)) return false;
  switch (roleOf(op)) {
    case Role::compute:
      if (servesReductions(op) && !servesReductions(group)) return false;
      return computeCanJoin(op, group, number);
    case Role::reduction:
      return reductionCanJoin(op, group, number);
    default:
      return false;
  }
}

void Grouping::join(mlir::Operation* op, int number) {
  Group& group = groups_[number];
  group.ops.push_back(op);
  groupOf_[op] = number;
  if (roleOf(op) == Role::reduction && !group.reduction) group.reduction = op, group.kind = Kind::reduce;
  // Whole rows beside reduced values.
  bool wholeRow = isReduction(group) && elementCount(group.reduction->getResult(0)) != group.elements &&
                  llvm::any_of(group.ops, [&](mlir::Operation* member) {
                    return elementCount(member->getResult(0)) == group.elements &&
                           isUsedOutside(member->getResult(0), number, nullptr);
                  });
  bool dependent = isReduction(group) && roleOf(op) == Role::reduction && op != group.reduction;
  if (wholeRow || dependent) group.kind = Kind::row;
}

/// Whether `reader` reads the results of `producer` only elementwise and at the same place.
bool Grouping::readsPlainly(int reader, int producer) const {
  return llvm::all_of(groups_[reader].ops, [&](mlir::Operation* op) {
    return llvm::all_of(op->getOperands(), [&](mlir::Value operand) {
      ViewPath path = pathTo(operand);
      if (groupOf(path.base.getDefiningOp()) != producer) return true;
      return path.plain && roleOf(op) == Role::compute;
    });
  });
}

/// Whether a third group stands between the two.
bool Grouping::readsThroughOthers(int reader, int producer) const {
  return llvm::any_of(groups_[reader].ops, [&](mlir::Operation* op) {
    return llvm::any_of(producersOf(op),
                        [&](int other) { return other != reader && other != producer && reaches(producer, other); });
  });
}

bool Grouping::canAbsorb(int map, int into) const {
  const Group &from = groups_[map], &to = groups_[into];
  if (servesReductions(to) && !servesReductions(from)) return false;
  if (map == into || from.kind != Kind::map || to.kind == Kind::scatter || from.ops.size() + to.ops.size() > mostOps)
    return false;
  bool whole = from.elements == to.elements && (!isReduction(to) || reducesTrailingAxes(to.reduction));
  bool reduced = isReduction(to) && from.elements == elementCount(to.reduction->getResult(0));
  // Draws and gathers are too long for the epilogue of a register tile.
  bool elementwise = llvm::all_of(from.ops, [&](mlir::Operation* op) {
    bool isLong = roleOf(op) == Role::gather || llvm::isa<ir::RandomUniformOp>(op);
    return (isLong || roleOf(op) == Role::compute) && (to.kind != Kind::contraction || !isLong);
  });
  return (whole || reduced) && elementwise && readsPlainly(into, map) && readsPlainly(map, into) &&
         !readsThroughOthers(into, map) && !readsThroughOthers(map, into);
}

void Grouping::absorb(int map, int into) {
  Group &from = groups_[map], &to = groups_[into];
  for (mlir::Operation* op : from.ops) groupOf_[op] = into;
  to.ops.append(from.ops);
  from.ops.clear();
  llvm::sort(to.ops, [](mlir::Operation* a, mlir::Operation* b) { return a->isBeforeInBlock(b); });
}

int Grouping::found(mlir::Operation* op, Kind kind) {
  groups_.push_back({kind, {}, nullptr, kind == Kind::whole ? noLoops : elementCount(op->getResult(0))});
  if (roleOf(op) == Role::reduction) groups_.back().elements = elementCount(op->getOperand(0));
  join(op, static_cast<int>(groups_.size()) - 1);
  return static_cast<int>(groups_.size()) - 1;
}

/// The positions of the greatest elements are found where these are.
bool Grouping::joinPooling(mlir::Operation* op) {
  if (!joins_ || !llvm::isa<ir::MaxPool2dPositionsOp>(op)) return false;
  for (mlir::Operation* other : op->getOperand(0).getUsers()) {
    int group = llvm::isa<ir::MaxPool2dOp>(other) && other->getAttrDictionary() == op->getAttrDictionary()
                    ? groupOf(other)
                    : -1;
    if (group < 0 || groups_[group].elements != elementCount(op->getResult(0))) continue;
    join(op, group);
    return true;
  }
  return false;
}

void Grouping::place(mlir::Operation* op) {
  if (isWhole(op)) {
    found(op, Kind::whole);
    return;
  }
  llvm::SmallVector<int> candidates = producersOf(op);
  llvm::sort(candidates, [&](int a, int b) {
    bool aIsMap = groups_[a].kind == Kind::map, bIsMap = groups_[b].kind == Kind::map;
    return aIsMap != bIsMap ? bIsMap : a > b;
  });
  for (int candidate : candidates) {
    if (!canJoin(op, candidate)) continue;
    join(op, candidate);
    for (int other : candidates)
      if (canAbsorb(other, candidate)) absorb(other, candidate);
    return;
  }
  switch (roleOf(op)) {
    case Role::contraction:
      found(op, Kind::contraction);
      return;
    case Role::window:
      if (!joinPooling(op)) found(op, Kind::window);
      return;
    case Role::reduction:
      found(op, Kind::reduce);
      return;
    case Role::scatter:
      found(op, Kind::scatter);
      return;
    default:
      found(op, Kind::map);
  }
}

/// A view with a kernel of its own takes in what is computed for it alone, if it reads no element twice.
void Grouping::placeView(mlir::Operation* op) {
  if (joins_ && op->getNumOperands() == 1) {
    ViewPath path = pathTo(op->getOperand(0));
    int producer = groupOf(path.base.getDefiningOp());
    bool repeats = path.stretches || llvm::isa<ir::BroadcastOp>(op);
    if (producer >= 0 && !repeats && groups_[producer].kind == Kind::map &&
        usedOnlyBy(groups_[producer], producer, op)) {
      groups_[producer].elements = elementCount(op->getResult(0));
      return join(op, producer);
    }
  }
  found(op, Kind::map);
}

}  // namespace stator::fuse
