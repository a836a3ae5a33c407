// stator-opt: runs any pass on a .mlir file, one after the other as named on the command line.
#include "compiler/ir/dialect.h"
#include "compiler/pipeline/register_passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char** argv) {
  mlir::DialectRegistry dialects;
  dialects.insert<mlir::func::FuncDialect, stator::ir::StatorDialect>();
  stator::ir::registerStatorPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Stator's passes, one by one", dialects));
}
