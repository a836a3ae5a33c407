// Work and traffic of a fusion, op by op.
#include "compiler/cpu/kernel_facts.h"

#include <algorithm>

#include "compiler/cpu/fusion/element.h"
#include "compiler/ir/tensor_type.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"
#include "runtime/text.h"

namespace stator::cpu {
namespace {

mlir::RankedTensorType typeOf(mlir::Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }
int64_t elements(mlir::Value value) { return typeOf(value).getNumElements(); }
int64_t bytes(mlir::Value value) { return bufferBytes(typeOf(value)); }

/// Whether an op only says where elements come from.
bool movesOnly(mlir::Operation* op) {
  return llvm::isa<ir::BroadcastOp, ir::ReshapeOp, ir::PermuteOp, ir::SliceOp, ir::PadOp, ir::FlipOp, ir::DetachOp,
                   ir::ConstantOp, ir::IotaOp, ir::YieldOp>(op);
}

int64_t flopsOf(mlir::Operation* op) {
  auto window = [](auto pooling) { return pooling.getKernel()[0] * pooling.getKernel()[1]; };
  auto perChannel = [](mlir::Value weight) {  // [KH, KW, C, O], or a stack of them
    return mlir::ShapedType::getNumElements(typeOf(weight).getShape().take_back(4).drop_back());
  };
  if (movesOnly(op) || llvm::isa<ir::GatherOp>(op)) return 0;
  return llvm::TypeSwitch<mlir::Operation*, int64_t>(op)
      .Case([&](ir::MatmulOp o) { return 2 * elements(o.getResult()) * typeOf(o.getA()).getShape().back(); })
      .Case([&](ir::ConvolutionOp o) { return 2 * elements(o.getResult()) * perChannel(o.getWeight()); })
      .Case([&](ir::WinogradConvolutionOp o) {  // as many as it stands for
        return 2 * elements(o.getResult()) * 9 * typeOf(o.getWeight()).getShape()[2];
      })
      .Case([&](ir::ConvolutionWeightGradOp o) { return 2 * elements(o.getDy()) * perChannel(o.getResult()); })
      .Case<ir::SumOp, ir::MaxOp, ir::ArgmaxOp>([&](auto o) { return elements(o.getX()); })
      .Case<ir::MaxPool2dOp, ir::MaxPool2dIndicesOp, ir::MaxPool2dPositionsOp, ir::AvgPool2dOp>(
          [&](auto o) { return elements(o.getResult()) * window(o); })
      .Case([&](ir::AvgPool2dGradOp o) { return elements(o.getDy()) * window(o); })
      .Case([&](ir::ScatterAddOp o) { return elements(o.getRows()); })
      .Default([&](mlir::Operation* o) { return elements(o->getResult(0)); });
}

/// The bytes of an operand that are read: of a table the rows that are looked up, of a larger tensor the slices.
int64_t bytesRead(mlir::Value argument) {
  int64_t parts = 0;
  for (mlir::OpOperand& use : argument.getUses()) {
    bool isPart = use.getOperandNumber() == 0 && llvm::isa<ir::GatherOp, ir::SliceOp>(use.getOwner());
    if (!isPart) return bytes(argument);
    parts += bytes(use.getOwner()->getResult(0));
  }
  return std::min(parts, bytes(argument));
}

/// `f32[32,784]`.
std::string shapeOf(mlir::Value value) {
  mlir::RankedTensorType type = typeOf(value);
  return concat(name_of(ir::dtypeOf(type.getElementType())), "[", joined(type.getShape(), ","), "]");
}

std::string shapesOf(mlir::ValueRange values) {
  std::vector<std::string> shapes;
  for (mlir::Value value : values) shapes.push_back(shapeOf(value));
  return joined(shapes, " ");
}

}  // namespace

KernelFacts factsOf(ir::FusionOp fusion) {
  KernelFacts facts;
  llvm::SetVector<llvm::StringRef> operations;
  for (mlir::Operation& op : fusion.getBody().front()) {
    facts.flops += flopsOf(&op);
    if (!movesOnly(&op)) operations.insert(op.getName().stripDialect());
  }
  for (mlir::Value argument : fusion.getBody().getArguments()) facts.bytes += bytesRead(argument);
  for (mlir::Value result : fusion.getResults()) facts.bytes += bytes(result);
  std::vector<std::string> names;
  for (llvm::StringRef name : operations) names.push_back(name.str());
  facts.form = fusion.getKind().str();
  facts.operations = names.empty() ? "copy" : joined(names);
  facts.shapes = concat(shapesOf(fusion.getInputs()), " -> ", shapesOf(fusion.getResults()));
  return facts;
}

std::string layersOf(ir::FusionOp fusion) {
  llvm::SetVector<llvm::StringRef> layers;
  for (mlir::Operation& op : fusion.getBody().front())
    if (!movesOnly(&op) || fusion.getBody().front().getOperations().size() < 3)
      op.getLoc()->walk([&](mlir::Location location) {
        if (auto name = llvm::dyn_cast<mlir::NameLoc>(location)) layers.insert(name.getName().strref());
        return mlir::WalkResult::advance();
      });
  std::vector<std::string> names;
  for (llvm::StringRef layer : layers) names.push_back(layer.str());
  return joined(names);
}

}  // namespace stator::cpu
