// What passes over a row would compute twice.
#include "compiler/cpu/fusion/kept_values.h"

namespace stator::cpu {
namespace {

mlir::RankedTensorType typeOf(Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }

bool isDear(mlir::Operation* op) {
  return llvm::isa<ir::ExpOp, ir::Expm1Op, ir::LogOp, ir::Log1pOp, ir::TanhOp, ir::SigmoidOp, ir::ErfOp, ir::GeluOp,
                   ir::GeluTanhOp, ir::SiluOp, ir::PowOp, ir::SinOp, ir::CosOp, ir::RandomUniformOp>(op) &&
         typeOf(op->getResult(0)).getElementType().isF32();
}

}  // namespace

bool RowPasses::isOfRows(Value value) const { return typeOf(value).getNumElements() == elements_; }

void RowPasses::walk(int pass, llvm::function_ref<void(Value)> seen, llvm::function_ref<void(Value)> read) const {
  llvm::SetVector<Value> pending(wanted_[pass].begin(), wanted_[pass].end());
  for (Value value : keptBy(pass)) pending.insert(value);
  for (size_t i = 0; i < pending.size(); ++i) {
    Value value = pending[i];
    if (!isOfRows(value)) continue;
    if (auto known = kept_.find(value); known != kept_.end() && known->second < pass) {
      read(value);
      continue;
    }
    seen(value);
    if (mlir::Operation* op = value.getDefiningOp()) pending.insert(op->operand_begin(), op->operand_end());
  }
}

void RowPasses::keepDear(mlir::Block& block) {
  for (mlir::Operation& op : block.without_terminator()) {
    Value value = op.getResult(0);
    if (!isDear(&op) || !isOfRows(value) || kept_.count(value)) continue;
    llvm::SmallVector<int> passes;
    for (int pass = 0; pass < static_cast<int>(wanted_.size()); ++pass) {
      bool computes = false;
      walk(pass, [&](Value computed) { computes |= computed == value; }, [](Value) {});
      if (computes) passes.push_back(pass);
    }
    if (passes.size() > 1) keep(value, passes.front());
  }
}

llvm::SmallVector<Value> RowPasses::keptBy(int pass) const {
  llvm::SmallVector<Value> values;
  for (auto [value, by] : kept_)
    if (by == pass) values.push_back(value);
  return values;
}

llvm::SetVector<Value> RowPasses::readBy(int pass) const {
  llvm::SetVector<Value> values;
  walk(pass, [](Value) {}, [&](Value value) { values.insert(value); });
  return values;
}

}  // namespace stator::cpu
