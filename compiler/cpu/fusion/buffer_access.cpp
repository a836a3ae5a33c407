// Vectors to and from buffers: contiguous, splat, reversed or gathered, as the lanes' step asks for.
#include "compiler/cpu/fusion/buffer_access.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/error.h"

namespace stator::cpu {

namespace arith = mlir::arith;
namespace memref = mlir::memref;
namespace vector = mlir::vector;

namespace {

Value gatherLanes(const IndexMath& math, mlir::VectorType type, Value buffer, const LaneIndex& at, Value mask) {
  auto& b = math.ix.builder;
  auto location = math.ix.location;
  Value first = at.lanes ? math.ix.constant(0) : math.start(at);
  Value offsets = at.lanes ? at.lanes : math.allLanes({Value(), 1, 0, at.step, 1, {}});
  auto maskType = mlir::VectorType::get({math.lanes}, b.getI1Type());
  if (!mask) mask = b.create<arith::ConstantOp>(location, mlir::DenseElementsAttr::get(maskType, true));
  Value zeros = b.create<arith::ConstantOp>(location, b.getZeroAttr(type));
  return b.create<vector::GatherOp>(location, type, buffer, ValueRange{first}, offsets, mask, zeros);
}

Value loadReversed(const IndexMath& math, mlir::VectorType type, Value buffer, const LaneIndex& at) {
  llvm::SmallVector<int64_t> reversed;
  for (int64_t lane = math.lanes; lane-- > 0;) reversed.push_back(lane);
  Value first = math.ix.add(math.start(at), 1 - math.lanes);
  Value loaded = math.ix.builder.create<vector::LoadOp>(math.ix.location, type, buffer, first);
  return math.ix.builder.create<vector::ShuffleOp>(math.ix.location, loaded, loaded, reversed);
}

llvm::SmallVector<int64_t> lanesFrom(int64_t first, int64_t count, int64_t step) {
  llvm::SmallVector<int64_t> lanes;
  for (int64_t i = 0; i < count; ++i) lanes.push_back(first + i * step);
  return lanes;
}

/// Two vectors' worth of neighbours, of which the lanes want every second.
struct Pairs {
  LaneIndex first, second;            ///< where the two loads begin
  int64_t inFirst = 0, inSecond = 0;  ///< the lane of each that is wanted first
};

/// Where elements `at` and those between them can be had by two loads. Both elements of a pair come from the same two
/// loads where that is known not to leave the buffer; else no load goes further than the last lane's element.
Pairs pairsAt(const IndexMath& math, Value buffer, const LaneIndex& at) {
  LaneIndex start = at;
  start.step = 1;
  const bool wholePairs = llvm::cast<mlir::MemRefType>(buffer.getType()).getNumElements() % 2 == 0;
  LaneIndex base = start;
  base.offset = 0;
  if (!wholePairs || base.alignment() % 2 != 0) return {start, math.add(start, math.lanes - 1), 0, 1};
  const int64_t odd = at.offset & 1;
  start = math.add(start, -odd);
  return {start, math.add(start, math.lanes), odd, odd};
}

/// The mask of a load that lanes `first`, `first + 2`, ... of are wanted where `mask` from its lane `from` on says so,
/// and with `both` the lanes between them, too.
Value spreadMask(const IndexMath& math, Value mask, int64_t from, int64_t first, bool both) {
  if (!mask) return {};
  auto& b = math.ix.builder;
  Value none = b.create<arith::ConstantOp>(math.ix.location, b.getZeroAttr(mask.getType()));
  llvm::SmallVector<int64_t> lanes;
  for (int64_t lane = 0; lane < math.lanes; ++lane)
    lanes.push_back(both || lane % 2 == first % 2 ? from + lane / 2 : math.lanes);
  return b.create<vector::ShuffleOp>(math.ix.location, mask, none, lanes);
}

Value loadNeighbours(const IndexMath& math, mlir::VectorType type, Value buffer, const LaneIndex& at, Value mask) {
  auto& b = math.ix.builder;
  auto location = math.ix.location;
  if (!mask) return b.create<vector::LoadOp>(location, type, buffer, math.start(at));
  Value zeros = b.create<arith::ConstantOp>(location, b.getZeroAttr(type));
  return b.create<vector::MaskedLoadOp>(location, type, buffer, math.start(at), mask, zeros);
}

Value loadEverySecond(const IndexMath& math, mlir::VectorType type, Value buffer, const LaneIndex& at, Value mask) {
  const Pairs pairs = pairsAt(math, buffer, at);
  const int64_t half = math.lanes / 2;
  const bool both = pairs.inFirst == pairs.inSecond;
  Value low = loadNeighbours(math, type, buffer, pairs.first, spreadMask(math, mask, 0, pairs.inFirst, both));
  Value high = loadNeighbours(math, type, buffer, pairs.second, spreadMask(math, mask, half, pairs.inSecond, both));
  llvm::SmallVector<int64_t> wanted = lanesFrom(pairs.inFirst, half, 2);
  wanted.append(lanesFrom(math.lanes + pairs.inSecond, half, 2));
  return math.ix.builder.create<vector::ShuffleOp>(math.ix.location, low, high, wanted);
}

Value loadStored(const IndexMath& math, mlir::VectorType type, Value buffer, const LaneIndex& at, Value mask) {
  auto& b = math.ix.builder;
  auto location = math.ix.location;
  if (at.isUniform()) {
    Value element = b.create<memref::LoadOp>(location, buffer, math.start(at));
    return b.create<vector::BroadcastOp>(location, type, element);
  }
  if (!at.lanes && at.step == 2 && math.lanes > 1) return loadEverySecond(math, type, buffer, at, mask);
  if (at.lanes || (at.step != 1 && (at.step != -1 || mask))) return gatherLanes(math, type, buffer, at, mask);
  return at.step == -1 ? loadReversed(math, type, buffer, at) : loadNeighbours(math, type, buffer, at, mask);
}

void storeNeighbours(const IndexMath& math, Value stored, Value buffer, const LaneIndex& at, Value mask) {
  auto& b = math.ix.builder;
  if (mask) b.create<vector::MaskedStoreOp>(math.ix.location, buffer, math.start(at), mask, stored);
  else b.create<vector::StoreOp>(math.ix.location, stored, buffer, math.start(at));
}

}  // namespace

Value loadLanes(const IndexMath& math, Value buffer, mlir::Type element, const TensorIndex& index) {
  auto type = mlir::VectorType::get({math.lanes}, storageType(element));
  Value stored = loadStored(math, type, buffer, math.linearize(index.groups), index.mask);
  return fromStorage(math.ix, stored, element);
}

void storeLanes(const IndexMath& math, Value computed, Value buffer, mlir::Type element, const TensorIndex& index) {
  auto& b = math.ix.builder;
  auto location = math.ix.location;
  Value stored = toStorage(math.ix, computed, element);
  LaneIndex at = math.linearize(index.groups);
  if (at.isUniform()) {
    Value first = b.create<vector::ExtractOp>(location, stored, int64_t{0});
    b.create<memref::StoreOp>(location, first, buffer, math.start(at));
  } else if (at.lanes || at.step != 1) {
    throw InternalError("lower-cpu: the lanes of a result do not lie side by side");
  } else {
    storeNeighbours(math, stored, buffer, at, index.mask);
  }
}

void storePairs(const IndexMath& math, Value even, Value odd, Value buffer, mlir::Type element,
                const TensorIndex& index) {
  LaneIndex at = math.linearize(index.groups);
  if (at.lanes || at.step != 2) throw InternalError("lower-cpu: the pairs of a result do not lie side by side");
  at.step = 1;
  Value first = toStorage(math.ix, even, element), second = toStorage(math.ix, odd, element);
  for (int64_t half : {int64_t{0}, math.lanes / 2}) {
    llvm::SmallVector<int64_t> lanes;
    for (int64_t lane = 0; lane < math.lanes; ++lane) lanes.push_back(half + lane / 2 + lane % 2 * math.lanes);
    Value stored = math.ix.builder.create<vector::ShuffleOp>(math.ix.location, first, second, lanes);
    storeNeighbours(math, stored, buffer, math.add(at, 2 * half), spreadMask(math, index.mask, half, 0, true));
  }
}

Value bothMasks(const IndexBuilder& ix, Value a, Value b) {
  if (!a || !b) return a ? a : b;
  return ix.builder.create<arith::AndIOp>(ix.location, a, b);
}

}  // namespace stator::cpu
