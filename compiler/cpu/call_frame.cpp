// The fields of StatorCall in generated code, and buffers as memrefs.
#include "compiler/cpu/call_frame.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace stator::cpu {

namespace LLVM = mlir::LLVM;

Value CallFrame::field(CallField field) const {
  auto pointer = LLVM::LLVMPointerType::get(ix_.builder.getContext());
  auto place = ix_.builder.create<LLVM::GEPOp>(ix_.location, pointer, pointer, call_,
                                               llvm::ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(field)});
  return ix_.builder.create<LLVM::LoadOp>(ix_.location, pointer, place);
}

Value CallFrame::memref(Value pointer, mlir::MemRefType type) const {
  auto& b = ix_.builder;
  auto address = LLVM::LLVMPointerType::get(b.getContext());
  auto sizes = LLVM::LLVMArrayType::get(b.getI64Type(), 1);
  auto form = LLVM::LLVMStructType::getLiteral(b.getContext(), {address, address, b.getI64Type(), sizes, sizes});
  auto number = [&](int64_t value) {
    return b.create<LLVM::ConstantOp>(ix_.location, b.getI64Type(), b.getI64IntegerAttr(value));
  };
  Value descriptor = b.create<LLVM::UndefOp>(ix_.location, form);
  auto set = [&](Value value, llvm::ArrayRef<int64_t> place) {
    descriptor = b.create<LLVM::InsertValueOp>(ix_.location, descriptor, value, place);
  };
  set(pointer, 0);
  set(pointer, 1);
  set(number(0), 2);
  set(number(type.getNumElements()), {3, 0});
  set(number(1), {4, 0});
  return b.create<mlir::UnrealizedConversionCastOp>(ix_.location, type, descriptor).getResult(0);
}

}  // namespace stator::cpu
