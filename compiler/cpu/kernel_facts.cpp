// Work and traffic of a fusion, op by op.
#include "compiler/cpu/kernel_facts.h"

#include <algorithm>

#include "compiler/cpu/fusion/element.h"
#include "compiler/ir/tensor_type.h"
#include "compiler/ir/work.h"
#include "llvm/ADT/SetVector.h"
#include "runtime/text.h"

namespace stator::cpu {
namespace {

mlir::RankedTensorType typeOf(mlir::Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }
int64_t bytes(mlir::Value value) { return bufferBytes(typeOf(value)); }

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
    facts.flops += ir::flopsOf(&op);
    if (!ir::movesOnly(&op)) operations.insert(op.getName().stripDialect());
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
    if (!ir::movesOnly(&op) || fusion.getBody().front().getOperations().size() < 3)
      op.getLoc()->walk([&](mlir::Location location) {
        if (auto name = llvm::dyn_cast<mlir::NameLoc>(location)) layers.insert(name.getName().strref());
        return mlir::WalkResult::advance();
      });
  std::vector<std::string> names;
  for (llvm::StringRef layer : layers) names.push_back(layer.str());
  return joined(names);
}

}  // namespace stator::cpu
