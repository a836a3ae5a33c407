// What the emitters of rows and of columns share: where a unit stands, its accumulators, its reduced results.
#pragma once

#include "compiler/cpu/fusion/kernel.h"
#include "compiler/cpu/fusion/reduction_schedule.h"

namespace stator::cpu {

/// Emits a group of reductions, unit by unit: `unit` is emitted at a place of all kept groups but the last.
class ReductionEmitter {
 public:
  ReductionEmitter(const IndexBuilder& ix, ir::FusionOp fusion, const ReductionSchedule& schedule,
                   const KernelArguments& arguments);
  virtual ~ReductionEmitter() = default;

  /// The units of one chunk.
  void run();

 protected:
  /// A vector of the last group: its offset from where the line stands, and its lanes.
  struct Lanes {
    int64_t offset = 0;
    Value mask;
  };
  using Line = llvm::SmallVector<Lanes>;

  /// `block`: which of the last group's blocks it is.
  virtual void unit(Value block) = 0;

  bool isLoop(size_t group) const;
  Line lineOf(int64_t offset, int64_t elements);

  TensorIndex indexOf(const Lanes& lanes, const IndexMath& math);
  /// The same place in a reduced tensor.
  TensorIndex reducedIndexOf(const Lanes& lanes, const IndexMath& math);
  /// Where an element stands along the reduced axes.
  LaneIndex position(const TensorIndex& index, const IndexMath& math);

  llvm::SmallVector<Reduction> reductionsOf(llvm::ArrayRef<mlir::Operation*> pass) const;
  Values startSets(llvm::ArrayRef<Reduction> reductions);
  /// The accumulators, which begin at `begin` of `carried`, after the elements at `index`.
  void take(llvm::ArrayRef<Reduction> reductions, Evaluator& evaluator, const TensorIndex& index, Values& carried,
            size_t begin);
  /// All sets of each reduction met and, for a row, folded: from here on the reductions' results are known.
  void finishPass(llvm::ArrayRef<Reduction> reductions, ValueRange sums, bool folds);

  /// Whether a result is as large as what is reduced; the others are reduced themselves.
  bool isFull(Value result) const;
  void storeReduced(Evaluator& evaluator, const Lanes& lanes);

  IndexBuilder ix_;
  const ReductionSchedule& s_;
  const KernelArguments& arguments_;
  RegionValues values_;
  Values results_;
  llvm::SmallVector<LaneIndex> at_;
  int64_t elements_ = 1;  ///< of what is reduced

 private:
  void placeAndEmit(Value index);
};

/// One chunk of a schedule whose lanes run along the reduced axes, and of one whose lanes are neighbours that are kept.
void emitRows(const IndexBuilder& ix, ir::FusionOp fusion, const ReductionSchedule& schedule,
              const KernelArguments& arguments);
void emitColumns(const IndexBuilder& ix, ir::FusionOp fusion, const ReductionSchedule& schedule,
                 const KernelArguments& arguments);

}  // namespace stator::cpu
