// Takes a module of func, scf, arith, math, vector and memref; gives the same module in the LLVM dialect.
#include "compiler/cpu/lower_to_llvm.h"

#include "compiler/cpu/expand_math.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/FoldUtils.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

/// Without this, a private function would be visible to the linker and kept though nothing calls it.
void makePrivateInternal(mlir::ModuleOp module) {
  auto linkage = mlir::LLVM::LinkageAttr::get(module.getContext(), mlir::LLVM::Linkage::Internal);
  for (auto function : module.getOps<mlir::func::FuncOp>())
    if (function.isPrivate() && !function.isDeclaration()) function->setAttr("llvm.linkage", linkage);
}

/// Folds what is constant, keeps one of equal constants, and drops what nothing uses: what conversion need not see.
void fold(mlir::ModuleOp module) {
  for (auto function : module.getOps<mlir::FunctionOpInterface>()) {
    llvm::SmallVector<mlir::Operation*> kept;
    function.getFunctionBody().walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation* op) { kept.push_back(op); });
    mlir::OperationFolder folder(module.getContext());
    llvm::erase_if(kept, [&](mlir::Operation* op) { return mlir::succeeded(folder.tryToFold(op)); });
    for (mlir::Operation* op : llvm::reverse(kept))
      if (mlir::isOpTriviallyDead(op)) op->erase();
  }
}

void shareEqual(mlir::ModuleOp module) {
  mlir::IRRewriter rewriter(module.getContext());
  mlir::DominanceInfo dominance(module);
  mlir::eliminateCommonSubExpressions(rewriter, dominance, module);
}

bool callsMath(mlir::ModuleOp module) {
  auto isMath = [](mlir::Operation* op) {
    return llvm::isa<mlir::math::MathDialect>(op->getDialect()) ? mlir::WalkResult::interrupt()
                                                                : mlir::WalkResult::advance();
  };
  return module->walk(isMath).wasInterrupted();
}

using Patterns = mlir::FrozenRewritePatternSet;

Patterns collected(mlir::MLIRContext& context, llvm::function_ref<void(mlir::RewritePatternSet&)> collect) {
  mlir::RewritePatternSet patterns(&context);
  collect(patterns);
  return Patterns(std::move(patterns));
}

mlir::LowerToLLVMOptions barePointers(mlir::MLIRContext& context) {
  mlir::LowerToLLVMOptions options(&context);
  options.useBarePtrCallConv = true;
  return options;
}

/// All is legal but what is of one dialect.
template <class Dialect> struct WithoutDialect : mlir::ConversionTarget {
  explicit WithoutDialect(mlir::MLIRContext& context) : ConversionTarget(context) {
    addIllegalDialect<Dialect>();
    markUnknownOpDynamicallyLegal([](mlir::Operation*) { return true; });
  }
};

/// All but loops and math functions: one conversion leaves no casts for the next.
void collectConversions(mlir::LLVMTypeConverter& types, mlir::RewritePatternSet& all) {
  constexpr bool reassociates = false, indexesBy32Bits = true;
  mlir::vector::populateVectorMaskMaterializationPatterns(all, indexesBy32Bits);
  mlir::vector::populateVectorBroadcastLoweringPatterns(all);
  mlir::vector::populateVectorInsertExtractStridedSliceTransforms(all);
  mlir::populateVectorToLLVMConversionPatterns(types, all, reassociates, indexesBy32Bits);
  mlir::populateFinalizeMemRefToLLVMConversionPatterns(types, all);
  mlir::populateFuncToLLVMConversionPatterns(types, all);
  mlir::arith::populateArithToLLVMConversionPatterns(types, all);
  mlir::index::populateIndexToLLVMConversionPatterns(types, all);
  mlir::cf::populateControlFlowToLLVMConversionPatterns(types, all);
}

}  // namespace

struct LlvmLowering::Conversions {
  explicit Conversions(mlir::MLIRContext& context)
      : types(&context, barePointers(context)),
        loops(collected(context, mlir::populateSCFToControlFlowConversionPatterns)),
        intrinsics(collected(context, [&](auto& all) { mlir::populateMathToLLVMConversionPatterns(types, all); })),
        calls(collected(context, mlir::populateMathToLibmConversionPatterns)),
        others(collected(context, [&](auto& all) { collectConversions(types, all); })) {}

  mlir::LLVMTypeConverter types;
  Patterns loops, intrinsics, calls, others;
};

LlvmLowering::LlvmLowering(mlir::MLIRContext& context) : conversions_(std::make_unique<Conversions>(context)) {}

LlvmLowering::~LlvmLowering() = default;

/// Math functions as polynomials, then as LLVM's intrinsics, then as calls to libm.
mlir::LogicalResult LlvmLowering::lowerMath(mlir::ModuleOp module, const Target& target) const {
  const bool calls = callsMath(module);
  if (calls && mlir::failed(expandMath(module))) return mlir::failure();
  if (!target.fma && mlir::failed(splitMultiplyAdds(module))) return mlir::failure();
  if (!calls) return mlir::success();
  mlir::MLIRContext& context = *module.getContext();
  const mlir::LLVMConversionTarget known(context);
  if (mlir::failed(mlir::applyPartialConversion(module, known, conversions_->intrinsics))) return mlir::failure();
  const WithoutDialect<mlir::math::MathDialect> none(context);
  return mlir::applyPartialConversion(module, none, conversions_->calls);
}

mlir::LogicalResult LlvmLowering::convert(mlir::ModuleOp module) const {
  mlir::MLIRContext& context = *module.getContext();
  const WithoutDialect<mlir::scf::SCFDialect> branches(context);
  if (mlir::failed(mlir::applyPartialConversion(module, branches, conversions_->loops))) return mlir::failure();
  mlir::LLVMConversionTarget llvm(context);
  llvm.addLegalOp<mlir::UnrealizedConversionCastOp>();
  return mlir::applyPartialConversion(module, llvm, conversions_->others);
}

void LlvmLowering::run(mlir::ModuleOp module, const Target& target) const {
  makePrivateInternal(module);
  bool lowered = mlir::succeeded(lowerMath(module, target));
  fold(module);
  shareEqual(module);
  lowered = lowered && mlir::succeeded(convert(module));
  if (!lowered) throw InternalError("lower-cpu: the module does not lower to LLVM");
  fold(module);
}

void registerCpuDialects(mlir::DialectRegistry& registry) {
  registry.insert<mlir::arith::ArithDialect, mlir::cf::ControlFlowDialect, mlir::func::FuncDialect,
                  mlir::LLVM::LLVMDialect, mlir::math::MathDialect, mlir::memref::MemRefDialect, mlir::scf::SCFDialect,
                  mlir::vector::VectorDialect>();
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
}

void lowerToLlvm(mlir::ModuleOp module, const Target& target) {
  LlvmLowering(*module.getContext()).run(module, target);
}

}  // namespace stator::cpu
