// Scatter-add: zeros, then each row added where its index says, in order. Threads divide tables and columns, never the
// rows of a sum, so its order is that of the rows.
#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/iteration.h"
#include "compiler/cpu/fusion/kernel.h"
#include "compiler/cpu/fusion/vector_value.h"
#include "compiler/kernels/contraction_tile.h"

namespace stator::cpu {
namespace {

/// indices [tables, picked], rows [tables, picked, width] -> [tables, extent, width]
struct ScatterSchedule {
  int64_t tables = 1, picked = 1, extent = 1, width = 1;
  int64_t lanes = 1;
  int64_t vectors = 1;  ///< of a block of columns
  int64_t blocks = 1;   ///< of columns
  int64_t chunks = 1;

  int64_t units() const { return tables * blocks; }
};

ScatterSchedule scheduleScatter(ir::FusionOp fusion, ir::ScatterAddOp op, const Target& target) {
  auto count = [](llvm::ArrayRef<int64_t> extents) { return mlir::ShapedType::getNumElements(extents); };
  llvm::ArrayRef<int64_t> table = op.getType().getShape();
  int64_t axis = op.getAxis();
  ScatterSchedule s;
  s.tables = count(table.take_front(axis));
  s.picked = count(op.getIndices().getType().getShape().drop_front(axis));
  s.extent = table[axis];
  s.width = count(table.drop_front(axis + 1));
  s.lanes = lanesFor(s.width, target);
  int64_t vectors = (s.width + s.lanes - 1) / s.lanes;
  s.vectors = std::clamp<int64_t>(vectors / 4, 1, 4);
  s.blocks = (vectors + s.vectors - 1) / s.vectors;
  double elements = static_cast<double>(s.tables * s.width) * static_cast<double>(s.picked + s.extent);
  s.chunks = chunkCount(nanosecondsPerElement(fusion) * elements, s.units());
  return s;
}

class ScatterEmitter {
 public:
  ScatterEmitter(const IndexBuilder& ix, ir::FusionOp fusion, ir::ScatterAddOp op, const ScatterSchedule& schedule,
                 const KernelArguments& arguments)
      : ix_(ix),
        op_(op),
        s_(schedule),
        buffer_(arguments.outputs[0]),
        chunk_(arguments.chunk),
        values_(bindArguments(fusion, arguments.inputs)) {}

  void run() {
    ix_.forShare(chunk_, s_.units(), s_.chunks, [&](Value index) { unit(index); });
  }

 private:
  void unit(Value index) {
    Values digits = ix_.split(index, {s_.tables, s_.blocks});
    int64_t block = s_.lanes * s_.vectors, rest = s_.width - (s_.blocks - 1) * block;
    if (rest == block || s_.blocks == 1) return columns(digits[0], digits[1], rest);
    ix_.branch(
        ix_.less(digits[1], s_.blocks - 1), [&] { columns(digits[0], digits[1], block); },
        [&] { columns(digits[0], digits[1], rest); });
  }

  /// So many columns of one table.
  void columns(Value table, Value block, int64_t count) {
    LaneIndex first{block, s_.lanes * s_.vectors, 0, 1, 1, {}};
    if (s_.width == 1) first = {};
    ix_.loop(s_.extent, [&](Value row) {
      IndexMath math{ix_, s_.lanes};
      Value zeros = splat(ix_, computeType(element()), 0, s_.lanes);
      for (int64_t offset = 0; offset < count; offset += s_.lanes)
        storeLanes(math, zeros, buffer_, element(), at(table, {s_.extent, along(row)}, first, offset, count));
    });
    ix_.loop(s_.picked, [&](Value row) {
      Evaluator evaluator(ix_, s_.lanes, values_);
      TensorIndex place{{{s_.tables, along(table)}, {s_.picked, along(row)}}, {}};
      AxisGroup to{s_.extent, evaluator.rowsAt(op_.getIndices(), place, s_.extent)};
      for (int64_t offset = 0; offset < count; offset += s_.lanes) {
        TensorIndex into = at(table, to, first, offset, count);
        TensorIndex from = at(table, {s_.picked, along(row)}, first, offset, count);
        VectorValue sum{&ix_, loadLanes(evaluator.math(), buffer_, element(), into)};
        VectorValue added{&ix_, evaluator.evaluate(op_.getRows(), from)};
        storeLanes(evaluator.math(), (sum + added).value, buffer_, element(), into);
      }
    });
  }

  TensorIndex at(Value table, const AxisGroup& row, const LaneIndex& first, int64_t offset, int64_t count) {
    IndexMath math{ix_, s_.lanes};
    return {{{s_.tables, along(table)}, row, {s_.width, math.add(first, offset)}},
            kernels::firstLanes(ix_, count - offset, s_.lanes)};
  }

  static LaneIndex along(Value index) { return {index, 1, 0, 0, 1, {}}; }
  mlir::Type element() { return op_.getType().getElementType(); }

  IndexBuilder ix_;
  ir::ScatterAddOp op_;
  const ScatterSchedule& s_;
  Value buffer_;
  Value chunk_;
  RegionValues values_;
};

}  // namespace

FusionKernel planScatter(ir::FusionOp fusion, const Target& target) {
  auto op = llvm::cast<ir::ScatterAddOp>(yielded(fusion)[0].getDefiningOp());
  ScatterSchedule schedule = scheduleScatter(fusion, op, target);
  FusionKernel kernel;
  kernel.chunks = schedule.chunks;
  kernel.emit = [fusion, op, schedule](const IndexBuilder& ix, const KernelArguments& arguments) {
    ScatterEmitter(ix, fusion, op, schedule, arguments).run();
  };
  return kernel;
}

}  // namespace stator::cpu
