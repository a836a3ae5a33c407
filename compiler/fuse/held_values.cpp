// What kernels leave in memory for other kernels.
#include "compiler/fuse/held_values.h"

namespace stator::fuse {
namespace {

/// Who reads one value, behind views and ops that kernels repeat.
class Readers {
 public:
  Readers(const Grouping& grouping, HeldValue& held) : grouping_(grouping), held_(held) { follow(held.value, true); }

  /// Whether a kernel reads each element only where it computes the same element of something else.
  bool readInPlace(int group) const { return held_.readers.contains(group) && !elsewhere_.contains(group); }

 private:
  /// `inPlace`: whether `value` has the held value's elements at the same places.
  void follow(mlir::Value value, bool inPlace) {
    for (mlir::Operation* user : value.getUsers()) {
      if (user->hasTrait<mlir::OpTrait::IsTerminator>()) {
        held_.isReturned = true;
        continue;
      }
      bool plain = inPlace && (roleOf(user) == Role::compute || llvm::isa<ir::ReshapeOp, ir::DetachOp>(user) ||
                               llvm::isa<ir::RecomputeOp>(user));
      int group = grouping_.groupOf(user);
      if (group < 0) {
        if (seen_[plain].insert(user).second) follow(user->getResult(0), plain);
        continue;
      }
      held_.readers.insert(group);
      if (!plain) elsewhere_.insert(group);
    }
  }

  const Grouping& grouping_;
  HeldValue& held_;
  llvm::DenseSet<int> elsewhere_;
  llvm::DenseSet<mlir::Operation*> seen_[2];  ///< by whether they keep places
};

/// Whether a kernel writes each element once, at the place of the loops that compute it.
bool isElementwise(const Group& group) {
  return (group.kind == Kind::map || group.kind == Kind::contraction) &&
         llvm::none_of(group.ops, [](mlir::Operation* op) { return roleOf(op) == Role::view; });
}

bool haveSameElements(mlir::Value a, mlir::Value b) {
  return typeOf(a).getElementType() == typeOf(b).getElementType() && elementCount(a) == elementCount(b);
}

}  // namespace

int64_t bytesOf(mlir::Value value) { return elementCount(value) * ((typeOf(value).getElementTypeBitWidth() + 7) / 8); }

std::vector<HeldValue> heldValues(mlir::Block& block, const Grouping& grouping) {
  std::vector<HeldValue> values;
  llvm::DenseMap<int, llvm::SmallVector<int>> madeBy;
  for (mlir::Operation& op : block.without_terminator()) {
    int group = grouping.groupOf(&op);
    if (group < 0 || (!isWhole(&op) && !grouping.isResult(&op))) continue;
    for (mlir::Value result : op.getResults()) {
      madeBy[group].push_back(static_cast<int>(values.size()));
      values.push_back({result, bytesOf(result), group, {}, false, {}});
    }
  }
  for (int old = 0; old < static_cast<int>(values.size()); ++old) {
    Readers readers(grouping, values[old]);
    for (int group : values[old].readers) {
      if (!isElementwise(grouping.groups()[group]) || !readers.readInPlace(group)) continue;
      for (int made : madeBy[group])
        if (haveSameElements(values[old].value, values[made].value)) values[made].over.push_back(old);
    }
  }
  return values;
}

Life lifeOf(const HeldValue& value, llvm::ArrayRef<int> turns) {
  Life life{turns[value.maker], turns[value.maker]};
  for (int reader : value.readers) life.last = std::max(life.last, turns[reader]);
  return life;
}

std::vector<int64_t> bytesByTurn(const std::vector<HeldValue>& values, llvm::ArrayRef<int> turns) {
  std::vector<int64_t> bytes(turns.size() + 1, 0);
  std::vector<Life> lives;
  for (const HeldValue& held : values) lives.push_back(lifeOf(held, turns));
  std::vector<bool> isTaken(values.size(), false);
  for (auto [held, life] : llvm::zip_equal(values, lives)) {
    if (held.isReturned) continue;
    bytes[life.first] += held.bytes, bytes[life.last + 1] -= held.bytes;
    for (int old : held.over) {
      if (isTaken[old] || values[old].isReturned || lives[old].last != life.first) continue;
      isTaken[old] = true;
      bytes[life.first] -= held.bytes, bytes[life.first + 1] += held.bytes;
      break;
    }
  }
  for (size_t turn = 1; turn < bytes.size(); ++turn) bytes[turn] += bytes[turn - 1];
  return bytes;
}

}  // namespace stator::fuse
