// The kernels of a module: one function for all fusions that are the same.
#include "compiler/cpu/kernel_library.h"

#include "compiler/cpu/kernel_facts.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/OperationSupport.h"
#include "runtime/arena.h"

namespace stator::cpu {
namespace {

std::string signatureOf(ir::FusionOp fusion, llvm::ArrayRef<int> place) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << fusion.getKind() << ' ' << fusion.getBody().front().getOperations().size();
  for (mlir::Value operand : fusion.getInputs()) stream << ' ' << operand.getType();
  for (mlir::Value result : fusion.getResults()) stream << ' ' << result.getType();
  for (int number : place) stream << ' ' << number;
  return text;
}

bool isSame(ir::FusionOp a, ir::FusionOp b) {
  return mlir::OperationEquivalence::isRegionEquivalentTo(&a.getBody(), &b.getBody(),
                                                          mlir::OperationEquivalence::IgnoreLocations);
}

llvm::SmallVector<mlir::Value> boundaryOf(ir::FusionOp fusion) {
  llvm::SmallVector<mlir::Value> all(fusion.getInputs());
  all.append(fusion.result_begin(), fusion.result_end());
  return all;
}

/// A chunk's scratch, as aligned as the arena.
mlir::Value onStack(const IndexBuilder& ix, const FusionKernel& planned) {
  auto type = mlir::MemRefType::get({planned.scratchElements}, planned.scratchElement);
  return ix.builder.create<mlir::memref::AllocaOp>(ix.location, type, ix.builder.getI64IntegerAttr(alignment_bytes));
}

}  // namespace

const KernelFunction& KernelLibrary::kernelFor(ir::FusionOp fusion, llvm::ArrayRef<int> place) {
  auto& alike = kernels_[signatureOf(fusion, place)];
  for (auto& kernel : alike)
    if (isSame(kernel->fusion, fusion)) return *kernel;
  alike.push_back(std::make_unique<KernelFunction>());
  KernelFunction& kernel = *alike.back();
  kernel.fusion = fusion;
  kernel.place.assign(place.begin(), place.end());
  emit(kernel);
  return kernel;
}

void KernelLibrary::emit(KernelFunction& kernel) {
  FusionKernel planned = planKernel(kernel.fusion, target_);
  kernel.chunks = planned.chunks;
  kernel.facts = factsOf(kernel.fusion);
  kernel.facts.name = prefix_ + std::to_string(count_++);
  for (auto [value, number] : llvm::zip_equal(boundaryOf(kernel.fusion), kernel.place))
    if (number == static_cast<int>(kernel.buffers.size()))
      kernel.buffers.push_back(bufferType(llvm::cast<mlir::RankedTensorType>(value.getType())));
  if (planned.scratchElements && !planned.scratchOnStack) {
    kernel.buffers.push_back(mlir::MemRefType::get({planned.scratchElements}, planned.scratchElement));
    kernel.scratchBytes = planned.scratchElements * storageBytes(planned.scratchElement);
  }
  declare(kernel);
  mlir::Block& entry = kernel.function.getBody().front();
  kernels::OpBuilder builder = kernels::OpBuilder::atBlockEnd(&entry);
  IndexBuilder ix{builder, kernel.fusion.getLoc()};
  KernelArguments arguments;
  for (auto [i, number] : llvm::enumerate(kernel.place))
    (i < kernel.fusion.getNumOperands() ? arguments.inputs : arguments.outputs).push_back(entry.getArgument(number));
  if (kernel.scratchBytes) arguments.scratch = entry.getArgument(kernel.buffers.size() - 1);
  else if (planned.scratchElements) arguments.scratch = onStack(ix, planned);
  arguments.chunk = entry.getArguments().back();
  planned.emit(ix, arguments);
  builder.create<mlir::func::ReturnOp>(ix.location);
}

/// The function, with an empty body.
void KernelLibrary::declare(KernelFunction& kernel) {
  kernels::OpBuilder builder = kernels::OpBuilder::atBlockEnd(module_.getBody());
  llvm::SmallVector<mlir::Type> types(kernel.buffers.begin(), kernel.buffers.end());
  types.push_back(builder.getIndexType());
  kernel.function =
      builder.create<mlir::func::FuncOp>(kernel.fusion.getLoc(), kernel.facts.name, builder.getFunctionType(types, {}));
  for (size_t i = 0; i + 1 < types.size(); ++i) kernel.function.setArgAttr(i, "llvm.noalias", builder.getUnitAttr());
  // Each is compiled once, where it stands, and not again in each of its callers.
  kernel.function->setAttr("passthrough", builder.getStrArrayAttr({"noinline"}));
  kernel.function.addEntryBlock();
}

}  // namespace stator::cpu
