// Takes a module of func, scf, arith, math, vector and memref; gives the same module in the LLVM dialect.
#include "compiler/cpu/lower_to_llvm.h"

#include "compiler/cpu/expand_math.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "runtime/error.h"

// The declarations of these conversions alone: the header of all conversions costs seconds.
namespace mlir {
#define GEN_PASS_DECL_ARITHTOLLVMCONVERSIONPASS
#define GEN_PASS_DECL_CONVERTCONTROLFLOWTOLLVMPASS
#define GEN_PASS_DECL_CONVERTFUNCTOLLVMPASS
#define GEN_PASS_DECL_CONVERTINDEXTOLLVMPASS
#define GEN_PASS_DECL_CONVERTMATHTOLLVMPASS
#define GEN_PASS_DECL_CONVERTVECTORTOLLVMPASS
#define GEN_PASS_DECL_FINALIZEMEMREFTOLLVMCONVERSIONPASS
#include "mlir/Conversion/Passes.h.inc"
}  // namespace mlir

namespace stator::cpu {
namespace {

/// The module is ours, and no pass needs it checked; builds that check themselves do.
#ifdef NDEBUG
constexpr bool verifiesPasses = false;
#else
constexpr bool verifiesPasses = true;
#endif

/// Without this, a private function would be visible to the linker and kept though nothing calls it.
void makePrivateInternal(mlir::ModuleOp module) {
  auto linkage = mlir::LLVM::LinkageAttr::get(module.getContext(), mlir::LLVM::Linkage::Internal);
  for (auto function : module.getOps<mlir::func::FuncOp>())
    if (function.isPrivate() && !function.isDeclaration()) function->setAttr("llvm.linkage", linkage);
}

void addPasses(mlir::PassManager& passes) {
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(mlir::createCSEPass());
  passes.addPass(mlir::createConvertVectorToSCFPass());
  passes.addPass(mlir::createLowerAffinePass());
  passes.addPass(mlir::createConvertSCFToCFPass());
  passes.addPass(mlir::memref::createExpandStridedMetadataPass());
  passes.addPass(mlir::createLowerAffinePass());
  passes.addPass(mlir::createConvertMathToLLVMPass());
  passes.addPass(mlir::createConvertMathToLibmPass());
  mlir::ConvertVectorToLLVMPassOptions vectors;
  vectors.x86Vector = true;
  passes.addPass(mlir::createConvertVectorToLLVMPass(vectors));
  passes.addPass(mlir::createFinalizeMemRefToLLVMConversionPass());
  mlir::ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  passes.addPass(mlir::createConvertFuncToLLVMPass(functions));
  passes.addPass(mlir::createArithToLLVMConversionPass());
  passes.addPass(mlir::createConvertIndexToLLVMPass());
  passes.addPass(mlir::createConvertControlFlowToLLVMPass());
  passes.addPass(mlir::createReconcileUnrealizedCastsPass());
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(mlir::createCSEPass());
}

}  // namespace

void registerCpuDialects(mlir::DialectRegistry& registry) {
  registry.insert<mlir::arith::ArithDialect, mlir::func::FuncDialect, mlir::LLVM::LLVMDialect, mlir::math::MathDialect,
                  mlir::memref::MemRefDialect, mlir::scf::SCFDialect, mlir::vector::VectorDialect>();
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
}

void lowerToLlvm(mlir::ModuleOp module, const Target& target) {
  makePrivateInternal(module);
  mlir::PassManager passes(module.getContext());
  passes.enableVerifier(verifiesPasses);
  addPasses(passes);
  bool expanded = mlir::succeeded(expandMath(module)) && (target.fma || mlir::succeeded(splitMultiplyAdds(module)));
  if (!expanded || mlir::failed(passes.run(module)))
    throw InternalError("lower-cpu: the module does not lower to LLVM");
}

}  // namespace stator::cpu
