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

Value loadStored(const IndexMath& math, mlir::VectorType type, Value buffer, const LaneIndex& at, Value mask) {
  auto& b = math.ix.builder;
  auto location = math.ix.location;
  if (at.isUniform()) {
    Value element = b.create<memref::LoadOp>(location, buffer, math.start(at));
    return b.create<vector::BroadcastOp>(location, type, element);
  }
  if (at.lanes || (at.step != 1 && (at.step != -1 || mask))) return gatherLanes(math, type, buffer, at, mask);
  if (at.step == -1) return loadReversed(math, type, buffer, at);
  if (!mask) return b.create<vector::LoadOp>(location, type, buffer, math.start(at));
  Value zeros = b.create<arith::ConstantOp>(location, b.getZeroAttr(type));
  return b.create<vector::MaskedLoadOp>(location, type, buffer, math.start(at), mask, zeros);
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
  } else if (index.mask) {
    b.create<vector::MaskedStoreOp>(location, buffer, math.start(at), index.mask, stored);
  } else {
    b.create<vector::StoreOp>(location, stored, buffer, math.start(at));
  }
}

Value bothMasks(const IndexBuilder& ix, Value a, Value b) {
  if (!a || !b) return a ? a : b;
  return ix.builder.create<arith::AndIOp>(ix.location, a, b);
}

}  // namespace stator::cpu
