// Vector code for counters and random draws.
#include "compiler/cpu/fusion/evaluate.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "runtime/philox.h"

namespace stator::cpu {

namespace arith = mlir::arith;

namespace {

/// Whole-number vectors, with wrap-around.
struct Words {
  const IndexBuilder& ix;
  int64_t lanes;

  Value constant(uint32_t word) const { return splat(ix, ix.builder.getI32Type(), static_cast<int32_t>(word), lanes); }
  Value exclusiveOr(Value a, Value b) const { return ix.builder.create<arith::XOrIOp>(ix.location, a, b); }
  Value add(Value a, uint32_t b) const { return ix.builder.create<arith::AddIOp>(ix.location, a, constant(b)); }
  Value shiftRight(Value a, int by) const {
    return ix.builder.create<arith::ShRUIOp>(ix.location, a, constant(static_cast<uint32_t>(by)));
  }
  Value isBit(Value a, uint32_t bit) const {
    Value masked = ix.builder.create<arith::AndIOp>(ix.location, a, constant(bit));
    return ix.builder.create<arith::CmpIOp>(ix.location, arith::CmpIPredicate::ne, masked, constant(0));
  }
  Value select(Value condition, Value a, Value b) const {
    return ix.builder.create<arith::SelectOp>(ix.location, condition, a, b);
  }
  /// The low or high 32 bits of each i64.
  Value half(Value wide, bool high) const {
    auto& b = ix.builder;
    if (high) wide = b.create<arith::ShRUIOp>(ix.location, wide, splat(ix, b.getI64Type(), 32, lanes));
    return b.create<arith::TruncIOp>(ix.location, mlir::VectorType::get({lanes}, b.getI32Type()), wide);
  }
};

/// Ten rounds over a counter. Source: as runtime/philox.h, bit for bit.
llvm::SmallVector<Value, 4> philox(const Words& words, llvm::SmallVector<Value, 4> counter, Value key0, Value key1) {
  auto& b = words.ix.builder;
  for (int round = 0; round < 10; ++round) {
    auto first = b.create<arith::MulUIExtendedOp>(words.ix.location, words.constant(0xD2511F53), counter[0]);
    auto second = b.create<arith::MulUIExtendedOp>(words.ix.location, words.constant(0xCD9E8D57), counter[2]);
    counter = {words.exclusiveOr(words.exclusiveOr(second.getHigh(), counter[1]), key0), second.getLow(),
               words.exclusiveOr(words.exclusiveOr(first.getHigh(), counter[3]), key1), first.getLow()};
    key0 = words.add(key0, 0x9E3779B9), key1 = words.add(key1, 0xBB67AE85);
  }
  return counter;
}

}  // namespace

Value Evaluator::position(ir::IotaOp op, const TensorIndex& index) {
  int64_t axis = op.getAxis();
  TensorIndex grouped = math_.regroup(index, isolate(op.getType().getShape(), axis));
  return math_.allLanes(grouped.groups[groupOf(axis, axis)].at);
}

Value Evaluator::iota(ir::IotaOp op, const TensorIndex& index) {
  return convert(ix_, position(op, index), ix_.builder.getI32Type(), op.getType().getElementType());
}

/// Each lane computes the block of four words that its element is in, and takes its own.
Value Evaluator::randomUniform(ir::RandomUniformOp op, const TensorIndex& index) {
  Words words{ix_, math_.lanes};
  Value element = math_.allLanes(math_.linearize(index.groups));
  Value seed = evaluate(op.getSeed(), {}), step = evaluate(op.getStep(), {});
  uint32_t site = site_word(op.getSite(), op.getOccurrence());
  auto block =
      philox(words, {words.shiftRight(element, 2), words.constant(0), words.half(step, false), words.constant(site)},
             words.half(seed, false), words.half(seed, true));
  Value odd = words.isBit(element, 1), upper = words.isBit(element, 2);
  Value word = words.select(upper, words.select(odd, block[3], block[2]), words.select(odd, block[1], block[0]));
  auto real = mlir::VectorType::get({math_.lanes}, ix_.builder.getF32Type());
  Value number = ix_.builder.create<arith::SIToFPOp>(ix_.location, real, words.shiftRight(word, 8));
  return ix_.builder.create<arith::MulFOp>(ix_.location, number,
                                           splat(ix_, ix_.builder.getF32Type(), 0x1p-24, math_.lanes));
}

}  // namespace stator::cpu
