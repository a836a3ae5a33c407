// Vector code for any value of a fusion's region at any lanes, computed from the fusion's buffers.
#pragma once

#include <vector>

#include "compiler/cpu/fusion/lane_index.h"
#include "compiler/ir/ops.h"

namespace stator::cpu {

/// A row that a pass has kept: element i of the row, which the last `axes` groups of an index run along, lies at
/// `first + i` of a buffer of f32.
struct KeptRow {
  Value buffer;
  int64_t first = 0;
  size_t axes = 1;
};

/// The values of a fusion's region that have a place: buffers of arguments, rows that are kept, and vectors that an
/// emitter has made.
struct RegionValues {
  llvm::DenseMap<Value, KeptRow> rows;
  llvm::DenseMap<Value, Value> buffers;  ///< block argument -> memref
  llvm::DenseMap<Value, Value> vectors;  ///< a contraction's or reduction's result, at the lanes in question
};

/// Emits at the builder's place and remembers what it has emitted: one object serves one straight piece of code.
class Evaluator {
 public:
  Evaluator(const IndexBuilder& ix, int64_t lanes, const RegionValues& values)
      : ix_(ix), math_{ix_, lanes}, values_(values) {}

  /// Lanes of `value` in its compute type. Errors: InternalError for an op that has no vector code.
  Value evaluate(Value value, const TensorIndex& index);

  /// Where the rows that `indices` names lie along an axis of `extent`, for the lanes at `place` of the indices.
  LaneIndex rowsAt(Value indices, const TensorIndex& place, int64_t extent);

  const IndexMath& math() const { return math_; }

 private:
  /// The greatest element of a pooling window, and its position in the window (vector<lanes x i32>).
  struct WindowMax {
    Value greatest;
    Value position;
  };
  /// An index brought into [0, extent), and where that was not needed: uniform (i1), by lanes (vector of i1), or null.
  struct Bounded {
    LaneIndex at;
    Value uniform;
    Value lanes;
  };
  /// A window's place: its first element along both axes may lie in the padding.
  struct WindowPlace {
    TensorIndex grouped;
    int height = 0;  // which groups are height and width
    int width = 0;
  };

  Value compute(Value value, const TensorIndex& index);
  Value load(const KeptRow& row, const TensorIndex& index);
  Value computeOp(mlir::Operation* op, const TensorIndex& index);
  Value elementwise(mlir::Operation* op, const TensorIndex& index);

  Value broadcast(ir::BroadcastOp op, const TensorIndex& index);
  Value permute(ir::PermuteOp op, const TensorIndex& index);
  Value slice(ir::SliceOp op, const TensorIndex& index);
  Value pad(ir::PadOp op, const TensorIndex& index);
  Value flip(ir::FlipOp op, const TensorIndex& index);

  Value gather(ir::GatherOp op, const TensorIndex& index);

  Value iota(ir::IotaOp op, const TensorIndex& index);
  Value position(ir::IotaOp op, const TensorIndex& index);  ///< vector<lanes x i32>
  Value randomUniform(ir::RandomUniformOp op, const TensorIndex& index);

  /// The windows that may cover an element of the image, one at a time, along one axis.
  struct Covering {
    Bounded window;
    LaneIndex position;  ///< the element's in the window, and whether it is there
    Bounded inWindow;
  };

  template <class Op> WindowPlace place(Op op, const TensorIndex& index);
  template <class Op>
  Value windowElement(Op op, Value x, const WindowPlace& window, int64_t row, int64_t column, double outside);
  WindowMax windowMax(Value x, mlir::Operation* op, const WindowPlace& window);
  Value maxPool(ir::MaxPool2dOp op, const TensorIndex& index);
  Value maxPoolIndices(ir::MaxPool2dIndicesOp op, const TensorIndex& index);
  Value avgPool(ir::AvgPool2dOp op, const TensorIndex& index);
  template <class Op> Covering cover(Op op, int i, const LaneIndex& at, int64_t turn);
  template <class Op> Value shareAt(Op op, const WindowPlace& window, const LaneIndex* position, Value greatest);
  template <class Op, class Share> Value scatterWindows(Op op, const TensorIndex& index, Share share);
  Value maxPoolPositions(ir::MaxPool2dPositionsOp op, const TensorIndex& index);
  Value maxPoolScatter(ir::MaxPool2dScatterOp op, const TensorIndex& index);
  Value maxPoolGrad(ir::MaxPool2dGradOp op, const TensorIndex& index);
  Value avgPoolGrad(ir::AvgPool2dGradOp op, const TensorIndex& index);

  Bounded bound(const LaneIndex& at, int64_t extent, int64_t dilation, bool keepsStep);
  Value isBelow(Value value, int64_t bound);
  Value choose(const Bounded& place, Value inside, Value outside);
  Value splatOf(Value value, double number);

  IndexBuilder ix_;
  IndexMath math_;
  const RegionValues& values_;
  llvm::DenseMap<Value, std::vector<std::pair<TensorIndex, Value>>> done_;
  llvm::DenseMap<Value, std::vector<std::pair<TensorIndex, WindowMax>>> windows_;
};

/// Extents of `extents` with neighbours taken as one, except that each axis in `alone` stays by itself.
llvm::SmallVector<int64_t> isolate(llvm::ArrayRef<int64_t> extents, llvm::ArrayRef<int64_t> alone);
/// Which of the groups that `isolate` makes is this axis.
int groupOf(llvm::ArrayRef<int64_t> alone, int64_t axis);

}  // namespace stator::cpu
