// Vector code for the weight of a convolution by Winograd's transforms.
#include "compiler/cpu/fusion/evaluate.h"
#include "compiler/ir/winograd.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/error.h"

namespace stator::cpu {

namespace arith = mlir::arith;

/// What tap `tap` adds to the transformed one at `at`, which is the same for all lanes: a number of f32.
static Value factor(const IndexMath& math, const LaneIndex& at, int tap) {
  if (!at.isUniform()) throw InternalError("lower-cpu: a vector of a transformed weight has several taps");
  auto& b = math.ix.builder;
  auto number = [&](double value) -> Value {
    return b.create<arith::ConstantOp>(math.ix.location, b.getF32FloatAttr(static_cast<float>(value)));
  };
  if (!at.base) return number(winograd::weightRows[at.offset][tap]);
  Value place = math.start(at), result = number(winograd::weightRows[0][tap]);
  for (int64_t i = 1; i < 4; ++i) {
    Value isHere =
        b.create<arith::CmpIOp>(math.ix.location, arith::CmpIPredicate::eq, place, math.ix.constant(i));
    result = b.create<arith::SelectOp>(math.ix.location, isHere, number(winograd::weightRows[i][tap]), result);
  }
  return result;
}

Value Evaluator::winogradWeight(ir::WinogradWeightOp op, const TensorIndex& index) {
  auto& b = ix_.builder;
  llvm::ArrayRef<int64_t> shape = op.getType().getShape();
  int64_t pairs = shape[2] * shape[3];
  TensorIndex to = math_.regroup(index, {4, 4, pairs});
  auto type = mlir::VectorType::get({math_.lanes}, b.getF32Type());
  Value sum;
  for (int i = 0; i < 9; ++i) {
    TensorIndex from = to;
    from.groups[0] = {3, {{}, 1, i / 3, 0, 1, {}}};
    from.groups[1] = {3, {{}, 1, i % 3, 0, 1, {}}};
    Value by = b.create<arith::MulFOp>(ix_.location, factor(math_, to.groups[0].at, i / 3),
                                       factor(math_, to.groups[1].at, i % 3));
    Value share = b.create<arith::MulFOp>(ix_.location, evaluate(op.getWeight(), from),
                                          b.create<mlir::vector::BroadcastOp>(ix_.location, type, by));
    sum = sum ? Value(b.create<arith::AddFOp>(ix_.location, sum, share)) : share;
  }
  return sum;
}

}  // namespace stator::cpu
