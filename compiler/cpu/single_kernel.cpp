// One kernel in a module of its own, compiled and loaded: what tests and benchmarks of kernel forms stand on.
#include "compiler/cpu/single_kernel.h"

#include <chrono>

#include "compiler/cpu/emit_object.h"
#include "compiler/cpu/lower_to_llvm.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Verifier.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

mlir::Type elementOf(mlir::OpBuilder& builder, const KernelBuffer& buffer) {
  if (buffer.elementBits == 16) return builder.getIntegerType(16);
  return buffer.elementBits == 64 ? mlir::Type(builder.getF64Type()) : builder.getF32Type();
}

mlir::OwningOpRef<mlir::ModuleOp> buildModule(mlir::MLIRContext& context, llvm::ArrayRef<KernelBuffer> buffers,
                                              KernelBody body) {
  mlir::OpBuilder builder(&context);
  mlir::Location location = builder.getUnknownLoc();
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(location);
  llvm::SmallVector<mlir::Type> types;
  for (const KernelBuffer& buffer : buffers) {
    types.push_back(mlir::MemRefType::get({buffer.elements}, elementOf(builder, buffer)));
  }
  types.push_back(builder.getIndexType());
  builder.setInsertionPointToEnd(module->getBody());
  auto function = builder.create<mlir::func::FuncOp>(location, "kernel", builder.getFunctionType(types, {}));
  for (size_t i = 0; i < buffers.size(); ++i) function.setArgAttr(i, "llvm.noalias", builder.getUnitAttr());
  builder.setInsertionPointToStart(function.addEntryBlock());
  body(builder, location, function.getArguments());
  builder.create<mlir::func::ReturnOp>(location);
  if (mlir::failed(mlir::verify(*module))) throw InternalError("single kernel: the body does not verify");
  return module;
}

}  // namespace

SingleKernel compileSingleKernel(llvm::ArrayRef<KernelBuffer> buffers, const Target& target, KernelBody body,
                                 bool withAssembly) {
  auto start = std::chrono::steady_clock::now();
  mlir::DialectRegistry registry;
  registerCpuDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  auto module = buildModule(context, buffers, body);
  lowerToLlvm(*module, target);
  SingleKernel kernel{LoadedObjects(emitObjects(*module, target)), "", 0};
  kernel.code.find("kernel");
  kernel.compileMilliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  if (withAssembly) kernel.assembly = emitText(*module, target, Text::assembly);
  return kernel;
}

}  // namespace stator::cpu
