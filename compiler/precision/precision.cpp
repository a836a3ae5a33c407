// precision: takes functions in the layout phase's order; gives functions whose products of f32 read factors of bf16.
//
//     %wt = stator.permute %w                            %wn = stator.cast %w : tensor<64x32xbf16>
//     %y = stator.matmul %x, %wt                   =>    %xn = stator.cast %x : tensor<8x32xbf16>
//     %dx = stator.matmul %dy, %w                        %wt = stator.permute %wn
//                                                        %y = stator.matmul %xn, %wt : tensor<8x64xf32>
//                                                        %dyn = stator.cast %dy : tensor<8x64xbf16>
//                                                        %dx = stator.matmul %dyn, %wn : tensor<8x32xf32>
#include "compiler/precision/precision.h"

#include "compiler/ir/dialect.h"
#include "compiler/precision/round_factors.h"
#include "compiler/simplify/simplify.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "runtime/error.h"

namespace stator {
namespace {

struct PrecisionPass : mlir::PassWrapper<PrecisionPass, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PrecisionPass)

  explicit PrecisionPass(Precision of) { factors = of; }
  PrecisionPass(const PrecisionPass& other) : PassWrapper(other) {}

  llvm::StringRef getArgument() const override { return "precision"; }
  llvm::StringRef getDescription() const override { return "factors of products in bf16, where that is asked for"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }

  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (factors == Precision::f32 || function.isDeclaration()) return;
    precision::roundFactors(function.getBody().front());
    if (mlir::failed(simplify::simplifyFunction(function))) signalPassFailure();
  }

 private:
  Option<Precision> factors{*this, "factors", llvm::cl::desc("The dtype of products' factors"),
                            llvm::cl::init(Precision::f32),
                            llvm::cl::values(clEnumValN(Precision::f32, "f32", "as they are"),
                                             clEnumValN(Precision::bf16, "bf16", "rounded to bf16"))};
};

}  // namespace

Precision precisionNamed(std::string_view name) {
  if (name == "f32") return Precision::f32;
  if (name == "bf16") return Precision::bf16;
  throw UserError("precision: '" + std::string(name) + "' is not one of f32, bf16");
}

std::unique_ptr<mlir::Pass> createPrecisionPass(Precision precision) {
  return std::make_unique<PrecisionPass>(precision);
}

}  // namespace stator
