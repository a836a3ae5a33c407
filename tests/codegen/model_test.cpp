// Whole functions of a model, from the DSL through every phase, against the interpreter.
#include "compiler/differentiate/differentiate.h"
#include "compiler/import/import_program.h"
#include "compiler/ir/dialect.h"
#include "compiler/layout/layout.h"
#include "compiler/mask/mask.h"
#include "compiler/simplify/simplify.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "tests/catch.h"
#include "tests/codegen/check_function.h"
#include "tests/passes_values/small_convnet.h"
#include "tests/passes_values/small_unet.h"

namespace stator::tests {
namespace {

/// Function `name` of a program at batch 6, ready to be fused, as a module with it as @main.
std::string text_of(const ProgramGraph& program, const char* name) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<mlir::func::FuncDialect, ir::StatorDialect>();
  auto module = ir::importProgram(context, program, {batch = 6});
  mlir::PassManager passes(&context);
  mlir::OpPassManager& each = passes.nest<mlir::func::FuncOp>();
  each.addPass(createMaskPass());
  each.addPass(ir::createDifferentiatePass());
  each.addPass(createBindSymbolsPass());
  each.addPass(createSimplifyPass());
  each.addPass(createLayoutPass());
  each.addPass(createSimplifyPass());
  REQUIRE(mlir::succeeded(passes.run(*module)));
  for (auto function : llvm::make_early_inc_range(module->getOps<mlir::func::FuncOp>())) {
    if (function.getName() == name) function.setName("main");
    else function.erase();
  }
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream);
  return text;
}

}  // namespace

TEST_CASE("prediction and training step of a convolutional net") {
  check_function(text_of(small_convnet.graph(), "predict"), {.low = -1, .high = 1});
  Compiled step =
      check_function(text_of(small_convnet.graph(), "train_step"), {.tolerance = 1e-4, .low = 0.1, .high = 4});
  CHECK(step.kinds.size() < 40);
}

TEST_CASE("prediction and training step of an encoder and decoder with joined channels") {
  check_function(text_of(small_unet.graph(), "predict"), {.low = -1, .high = 1});
  check_function(text_of(small_unet.graph(), "train_step"), {.tolerance = 1e-4, .low = 0.1, .high = 1});
}

}  // namespace stator::tests
