// What ops cost one thread, by a small model.
#include "compiler/fuse/op_cost.h"

#include "compiler/fuse/op_roles.h"
#include "compiler/ir/work.h"

namespace stator::fuse {
namespace {

constexpr double flopsPerNanosecond = 200;  ///< of products
constexpr double winogradGain = 1.6;        ///< measured, transforms included
constexpr double bytesPerNanosecond = 13;

double nanosecondsOfRegion(mlir::Operation* op) {
  double time = 0;
  for (mlir::Operation& inner : op->getRegion(0).front().without_terminator()) time += nanosecondsOf(&inner);
  return time;
}

}  // namespace

double nanosecondsOf(mlir::Operation* op) {
  switch (roleOf(op)) {
    case Role::view:
    case Role::source:
      return 0;
    case Role::loop:
      return nanosecondsOfRegion(op) * static_cast<double>(llvm::cast<ir::ScanOp>(op).steps());
    case Role::kernel:
      return nanosecondsOfRegion(op);
    case Role::contraction:
      return static_cast<double>(ir::flopsOf(op)) / flopsPerNanosecond /
             (llvm::isa<ir::WinogradConvolutionOp>(op) ? winogradGain : 1);
    default:
      return static_cast<double>(ir::flopsOf(op)) * ir::elementNanoseconds(op);
  }
}

double nanosecondsOfBytes(int64_t bytes) { return static_cast<double>(bytes) / bytesPerNanosecond; }

}  // namespace stator::fuse
