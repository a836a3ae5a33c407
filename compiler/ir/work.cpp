// How much work an op asks for.
#include "compiler/ir/work.h"

#include "llvm/ADT/TypeSwitch.h"

namespace stator::ir {
namespace {

mlir::RankedTensorType typeOf(mlir::Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }
int64_t elements(mlir::Value value) { return typeOf(value).getNumElements(); }

}  // namespace

bool movesOnly(mlir::Operation* op) {
  return llvm::isa<BroadcastOp, ReshapeOp, PermuteOp, SliceOp, PadOp, FlipOp, DetachOp, ConstantOp, IotaOp, YieldOp>(
      op);
}

int64_t flopsOf(mlir::Operation* op) {
  auto window = [](auto pooling) { return pooling.getKernel()[0] * pooling.getKernel()[1]; };
  auto perChannel = [](mlir::Value weight) {  // [KH, KW, C, O], or a stack of them
    return mlir::ShapedType::getNumElements(typeOf(weight).getShape().take_back(4).drop_back());
  };
  if (movesOnly(op) || llvm::isa<GatherOp>(op)) return 0;
  return llvm::TypeSwitch<mlir::Operation*, int64_t>(op)
      .Case([&](MatmulOp o) { return 2 * elements(o.getResult()) * typeOf(o.getA()).getShape().back(); })
      .Case([&](ConvolutionOp o) { return 2 * elements(o.getResult()) * perChannel(o.getWeight()); })
      .Case([&](WinogradConvolutionOp o) {  // as many as it stands for
        return 2 * elements(o.getResult()) * 9 * typeOf(o.getWeight()).getShape()[2];
      })
      .Case([&](ConvolutionWeightGradOp o) { return 2 * elements(o.getDy()) * perChannel(o.getResult()); })
      .Case<SumOp, MaxOp, ArgmaxOp>([&](auto o) { return elements(o.getX()); })
      .Case<MaxPool2dOp, MaxPool2dIndicesOp, MaxPool2dPositionsOp, AvgPool2dOp>(
          [&](auto o) { return elements(o.getResult()) * window(o); })
      .Case([&](AvgPool2dGradOp o) { return elements(o.getDy()) * window(o); })
      .Case([&](ScatterAddOp o) { return elements(o.getRows()); })
      .Default([&](mlir::Operation* o) { return elements(o->getResult(0)); });
}

double elementNanoseconds(mlir::Operation* op) {
  return llvm::TypeSwitch<mlir::Operation*, double>(op)
      .Case<AcosOp, AsinOp, AtanOp, Atan2Op, CosOp, ErfOp, ExpOp, Expm1Op, GeluOp, GeluTanhOp, LogOp, Log1pOp,
            SigmoidOp, SiluOp, SinOp, TanOp, TanhOp>([](auto) { return 0.5; })
      .Case<FmodOp, PowOp, RandomUniformOp, RemainderOp>([](auto) { return 5.0; })
      .Default([](auto) { return 0.05; });
}

}  // namespace stator::ir
