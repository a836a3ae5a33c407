// Index arithmetic and loops, folded where their operands are constants.
#include "compiler/kernels/index_builder.h"

#include <algorithm>

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace stator::kernels {

namespace arith = mlir::arith;
namespace scf = mlir::scf;

Value IndexBuilder::constant(int64_t value) const { return builder.create<arith::ConstantIndexOp>(location, value); }

Value IndexBuilder::add(Value a, Value b) const {
  if (auto value = mlir::getConstantIntValue(b)) return add(a, *value);
  if (auto value = mlir::getConstantIntValue(a)) return add(b, *value);
  return builder.create<arith::AddIOp>(location, a, b);
}

Value IndexBuilder::add(Value a, int64_t b) const {
  if (b == 0) return a;
  if (auto value = mlir::getConstantIntValue(a)) return constant(*value + b);
  return builder.create<arith::AddIOp>(location, a, constant(b));
}

Value IndexBuilder::subtract(Value a, Value b) const {
  if (a == b) return constant(0);
  return builder.create<arith::SubIOp>(location, a, b);
}

Value IndexBuilder::multiply(Value a, int64_t b) const {
  if (b == 1) return a;
  if (b == 0) return constant(0);
  if (auto value = mlir::getConstantIntValue(a)) return constant(*value * b);
  return builder.create<arith::MulIOp>(location, a, constant(b));
}

Value IndexBuilder::divide(Value a, int64_t b) const {
  if (b == 1) return a;
  if (auto value = mlir::getConstantIntValue(a)) return constant(*value / b);
  return builder.create<arith::DivUIOp>(location, a, constant(b));
}

Value IndexBuilder::remainder(Value a, int64_t b) const {
  if (b == 1) return constant(0);
  if (auto value = mlir::getConstantIntValue(a)) return constant(*value % b);
  return builder.create<arith::RemUIOp>(location, a, constant(b));
}

Value IndexBuilder::least(Value a, int64_t b) const {
  if (auto value = mlir::getConstantIntValue(a)) return constant(std::min(*value, b));
  return builder.create<arith::MinUIOp>(location, a, constant(b));
}

Value IndexBuilder::most(Value a, int64_t b) const {
  if (auto value = mlir::getConstantIntValue(a)) return constant(std::max(*value, b));
  return builder.create<arith::MaxSIOp>(location, a, constant(b));
}

Value IndexBuilder::less(Value a, int64_t b) const {
  return builder.create<arith::CmpIOp>(location, arith::CmpIPredicate::slt, a, constant(b));
}

Value IndexBuilder::within(Value index, Value first, Value last) const {
  auto compare = [&](arith::CmpIPredicate predicate, Value bound) {
    return builder.create<arith::CmpIOp>(location, predicate, index, bound);
  };
  return builder.create<arith::AndIOp>(location, compare(arith::CmpIPredicate::sge, first),
                                       compare(arith::CmpIPredicate::slt, last));
}

Values IndexBuilder::split(Value linear, llvm::ArrayRef<int64_t> extents) const {
  Values digits(extents.size());
  for (size_t i = extents.size(); i-- > 0;) {
    digits[i] = i == 0 ? linear : remainder(linear, extents[i]);
    if (i != 0) linear = divide(linear, extents[i]);
  }
  return digits;
}

Values IndexBuilder::loop(Value lower, Value upper, int64_t step, ValueRange carried, LoopBody body) const {
  auto loop = builder.create<scf::ForOp>(location, lower, upper, constant(step), carried);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!carried.empty()) builder.create<scf::YieldOp>(location, next);
  return Values(loop.getResults());
}

void IndexBuilder::loop(Value lower, Value upper, llvm::function_ref<void(Value)> body) const {
  loop(lower, upper, 1, {}, [&](Value index, ValueRange) {
    body(index);
    return Values{};
  });
}

void IndexBuilder::loop(int64_t extent, llvm::function_ref<void(Value)> body) const {
  if (extent == 1) return body(constant(0));
  loop(constant(0), constant(extent), body);
}

Value IndexBuilder::share(Value index, int64_t total, int64_t parts) const {
  if (total % parts == 0) return multiply(index, total / parts);
  return divide(multiply(index, total), parts);
}

void IndexBuilder::forShare(Value part, int64_t total, int64_t parts, llvm::function_ref<void(Value)> body) const {
  if (parts == total) return body(total == 1 ? constant(0) : part);
  if (parts == 1) return loop(total, body);
  loop(share(part, total, parts), share(add(part, 1), total, parts), body);
}

void IndexBuilder::branch(Value condition, llvm::function_ref<void()> yes, llvm::function_ref<void()> no) const {
  if (!condition) return yes();
  auto choice = builder.create<scf::IfOp>(location, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&choice.getThenRegion().front());
  yes();
  builder.setInsertionPointToStart(&choice.getElseRegion().front());
  no();
}

}  // namespace stator::kernels
