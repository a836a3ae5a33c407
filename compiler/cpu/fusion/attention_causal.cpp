// Whether scores of keys behind the query matter: an analysis of what they are there, op by op.
#include "compiler/cpu/fusion/attention_form.h"
#include "compiler/cpu/fusion/kernel.h"
#include "llvm/ADT/TypeSwitch.h"

namespace stator::cpu {
namespace {

/// What elements are whose key stands behind the query. `least`: so far below any score that their exponential is 0
/// beside it.
enum class Behind { anything, least, zero, no, yes };

class CausalFacts {
 public:
  CausalFacts(int64_t queries, int64_t keys) : queries_(queries), keys_(keys) {}

  void visit(mlir::Operation* op) { facts_[op->getResult(0)] = factOf(op); }
  Behind of(Value value) const { return facts_.lookup(value); }

 private:
  Behind factOf(mlir::Operation* op) const {
    auto operand = [&](int i) { return of(op->getOperand(i)); };
    auto anyIsZero = [&] { return operand(0) == Behind::zero || operand(1) == Behind::zero; };
    return llvm::TypeSwitch<mlir::Operation*, Behind>(op)
        .Case([&](ir::ConstantOp constant) {
          double value = constant.getValue().convertToDouble();
          return value == 0 ? Behind::zero : value < -1e30 ? Behind::least : Behind::anything;
        })
        .Case<ir::ReshapeOp, ir::DetachOp, ir::NegOp>([&](mlir::Operation* same) {
          return llvm::isa<ir::NegOp>(same) && operand(0) != Behind::zero ? Behind::anything : operand(0);
        })
        .Case([&](ir::CastOp) {
          return operand(0) == Behind::zero || operand(0) == Behind::least ? operand(0) : Behind::anything;
        })
        .Case([&](ir::BroadcastOp) { return operand(0) == Behind::zero ? Behind::zero : Behind::anything; })
        .Case<ir::LessEqualOp, ir::GreaterEqualOp, ir::LessOp, ir::GreaterOp>(
            [&](mlir::Operation* comparison) { return compared(comparison); })
        .Case([&](ir::WhereOp) { return chosen(operand(0), operand(1), operand(2)); })
        .Case([&](ir::SubOp) { return operand(0) == Behind::least ? Behind::least : Behind::anything; })
        .Case([&](ir::ExpOp) { return operand(0) == Behind::least ? Behind::zero : Behind::anything; })
        .Case([&](ir::MulOp) { return anyIsZero() ? Behind::zero : Behind::anything; })
        .Case([&](ir::DivOp) { return operand(0) == Behind::zero ? Behind::zero : Behind::anything; })
        .Default([](auto) { return Behind::anything; });
  }

  static Behind chosen(Behind condition, Behind yes, Behind no) {
    if (condition == Behind::no) return no;
    return condition == Behind::yes || yes == no ? yes : Behind::anything;
  }

  /// Comparisons of the key's position with the query's.
  Behind compared(mlir::Operation* op) const {
    bool keyFirst = isPosition(op->getOperand(0), 1, keys_) && isPosition(op->getOperand(1), 2, queries_);
    bool queryFirst = isPosition(op->getOperand(0), 2, queries_) && isPosition(op->getOperand(1), 1, keys_);
    bool isLess = llvm::isa<ir::LessOp, ir::LessEqualOp>(op);
    if (!keyFirst && !queryFirst) return Behind::anything;
    return keyFirst == isLess ? Behind::no : Behind::yes;  // there the key's is the greater one
  }

  /// Whether `value` is the index along the axis that is `fromBack`th from the back, of that extent.
  static bool isPosition(Value value, int fromBack, int64_t extent) {
    auto iota = value.getDefiningOp<ir::IotaOp>();
    if (!iota) return false;
    llvm::ArrayRef<int64_t> shape = llvm::cast<mlir::RankedTensorType>(iota.getType()).getShape();
    auto axis = static_cast<int64_t>(shape.size()) - fromBack;
    return axis >= 0 && static_cast<int64_t>(iota.getAxis()) == axis && shape[axis] == extent;
  }

  int64_t queries_, keys_;
  llvm::DenseMap<Value, Behind> facts_;
};

}  // namespace

bool isCausal(ir::FusionOp fusion, int64_t queries, int64_t keys) {
  CausalFacts facts(queries, keys);
  for (mlir::Operation& op : fusion.getBody().front().without_terminator()) {
    auto product = llvm::dyn_cast<ir::MatmulOp>(op);
    bool readsScores = product && scoresBehind(product.getA()).getDefiningOp();
    if (readsScores && facts.of(scoresBehind(product.getA())) != Behind::zero) return false;
    if (llvm::isa<ir::SumOp>(op) && facts.of(op.getOperand(0)) != Behind::zero) return false;
    if (llvm::isa<ir::MaxOp>(op) && facts.of(op.getOperand(0)) != Behind::least) return false;
    facts.visit(&op);
  }
  return true;
}

}  // namespace stator::cpu
