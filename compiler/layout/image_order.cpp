// What convolutions cost in either order: multiply-adds over the share of a vector's lanes that they use.
#include "compiler/layout/image_order.h"

#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/ir/verify.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

namespace stator::layout {
namespace {

/// Of the widest vectors, so that a program has one order on all targets; narrower ones are filled as well or better.
constexpr int64_t lanes = 16;
/// Sums along the width load two vectors for each few multiply-adds.
constexpr double sumAlongWidth = 1.4;
/// What channels-first must gain before its narrower choice of kernels pays.
constexpr double leastGain = 1.15;

struct Costs {
  double last = 0, first = 0;
  bool canBeFirst = true;
};

int64_t extentOf(mlir::Value value, int axis) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape()[axis];
}

/// `count` elements in whole vectors, over `count`.
double lanesPerElement(int64_t count) {
  return static_cast<double>(llvm::alignTo(count, lanes)) / static_cast<double>(count);
}

/// `weight` [O, C / groups, KH, KW] or a stack of them, `y` [N, O, OH, OW]; vectors go along `channels` or `width`.
void add(Costs& costs, mlir::Operation* op, mlir::Value weight, mlir::Value y, int64_t channels, double width) {
  auto conv = ir::ruleOf<rule::Conv2d>(op);
  costs.canBeFirst &= conv.stride == Integers(1, 1) && conv.groups == 1;
  auto shape = llvm::cast<mlir::RankedTensorType>(weight.getType()).getShape().take_back(3);
  double multiplies = static_cast<double>(llvm::cast<mlir::RankedTensorType>(y.getType()).getNumElements()) *
                      static_cast<double>(shape[0] * shape[1] * shape[2]);
  costs.last += multiplies * lanesPerElement(channels);
  costs.first += multiplies * width;
}

Costs costsOf(mlir::func::FuncOp function) {
  Costs costs;
  function.walk([&](mlir::Operation* op) {
    llvm::TypeSwitch<mlir::Operation*>(op)
        .Case([&](ir::Conv2dOp conv) {
          mlir::Value y = conv.getResult();
          add(costs, op, conv.getWeight(), y, extentOf(y, 1), lanesPerElement(extentOf(y, 3)));
        })
        .Case([&](ir::Conv2dInputGradOp conv) {
          mlir::Value dx = conv.getResult();
          add(costs, op, conv.getWeight(), conv.getDy(), extentOf(dx, 1), lanesPerElement(extentOf(dx, 3)));
        })
        .Case([&](ir::Conv2dWeightGradOp conv) {
          mlir::Value dy = conv.getDy();
          add(costs, op, conv.getResult(), dy, extentOf(dy, 1), sumAlongWidth * lanesPerElement(extentOf(dy, 3)));
        });
  });
  return costs;
}

}  // namespace

bool prefersChannelsFirst(mlir::func::FuncOp function, ImageOrder order) {
  if (order == ImageOrder::channelsLast || order == ImageOrder::around) return false;
  Costs costs = costsOf(function);
  if (!costs.canBeFirst) return false;
  return order == ImageOrder::channelsFirst || costs.first * leastGain < costs.last;
}

}  // namespace stator::layout
