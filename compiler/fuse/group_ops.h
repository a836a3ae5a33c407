// Which ops share a kernel: greedy, in program order, and never in a circle.
#pragma once

#include "compiler/fuse/op_roles.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

namespace stator::fuse {

/// Of a kernel. Kernels beyond this do not gain: registers run out, and compile time grows.
inline constexpr size_t mostOps = 96;

/// `whole`: a loop, or a kernel that is made already.
enum class Kind { contraction, window, map, reduce, row, scatter, whole };
llvm::StringRef nameOf(Kind kind);

/// The ops of one kernel, in program order (none, where another group has absorbed them); views, sources and cheap ops
/// that they read through are made anew in it.
struct Group {
  Kind kind = Kind::map;
  llvm::SmallVector<mlir::Operation*> ops;
  mlir::Operation* reduction = nullptr;  ///< the first, for `reduce` and `row`
  int64_t elements = 1;                  ///< of the kernel's loops
};

/// Whether an op is a kernel by itself: a loop, or a kernel that is made already.
bool isWhole(mlir::Operation* op);

class Grouping {
 public:
  /// `joins`: whether ops share kernels at all.
  Grouping(mlir::Block& block, bool joins);

  llvm::ArrayRef<Group> groups() const { return groups_; }
  /// The group that computes this op's result; -1: it is a view, a source or a cheap op that kernels repeat.
  int groupOf(mlir::Operation* op) const;
  /// Whether other groups, or whoever gets the block's results, need what this op of a group computes.
  bool isResult(mlir::Operation* op) const;
  /// Groups in an order in which each follows those that it reads, else as in the program; scalars when they are
  /// needed.
  llvm::SmallVector<int> order() const;

 private:
  void findMaterialized(mlir::Block& block);
  void materialize(mlir::Value value);
  void place(mlir::Operation* op);
  void placeView(mlir::Operation* op);
  bool joinPooling(mlir::Operation* op);
  int found(mlir::Operation* op, Kind kind);

  /// Where an operand comes from: the path to its nearest computed or materialized value.
  ViewPath pathTo(mlir::Value operand) const;
  llvm::ArrayRef<mlir::Operation*> basesOf(mlir::Operation* op) const;
  llvm::SmallVector<int> producersOf(mlir::Operation* op) const;
  bool reaches(int from, int to) const;
  bool makesCircle(mlir::Operation* op, int group) const;

  bool canJoin(mlir::Operation* op, int group) const;
  bool computeCanJoin(mlir::Operation* op, const Group& group, int number) const;
  bool reductionCanJoin(mlir::Operation* op, const Group& group, int number) const;
  bool rowAccepts(mlir::Operation* op, const Group& group, int number) const;
  void join(mlir::Operation* op, int group);
  bool canAbsorb(int map, int into) const;
  bool readsPlainly(int reader, int producer) const;
  bool readsThroughOthers(int reader, int producer) const;
  void absorb(int map, int into);
  bool servesReductions(mlir::Operation* op) const;
  bool servesReductions(const Group& group) const;
  llvm::SmallSetVector<mlir::Value, 4> wholeTensorsOf(const Group& group) const;
  bool canShareLoops(int a, int b) const;
  void joinReductions();
  mlir::Value baseInPlace(mlir::Value operand) const;
  llvm::SmallSetVector<mlir::Value, 4> tensorsInPlace(int number) const;
  bool canShareEpilogue(int map, int contraction) const;
  void joinNeighbours();
  bool usedOnlyBy(const Group& group, int number, mlir::Operation* user) const;
  bool isUsedOutside(mlir::Value value, int number, mlir::Operation* user) const;
  bool isInMemory(mlir::Value value, int number) const;
  bool readersCanRepeat(mlir::Operation* op) const;
  bool readsOneTensor(mlir::Operation* op) const;
  void repeatCheapOps(mlir::Block& block);

  bool joins_;
  llvm::SmallVector<Group> groups_;
  llvm::DenseMap<mlir::Operation*, int> groupOf_;
  llvm::DenseSet<mlir::Operation*> materialized_;  ///< views and sources that get a kernel of their own
  llvm::DenseSet<mlir::Operation*> repeated_;      ///< computed anew in every kernel that reads them
  mutable llvm::DenseMap<mlir::Operation*, llvm::SmallVector<mlir::Operation*, 3>> bases_;
  mutable llvm::DenseMap<mlir::Operation*, bool> servesReductions_;
};

}  // namespace stator::fuse
