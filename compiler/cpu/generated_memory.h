// Arrays of 8-byte numbers and of pointers in generated code.
#pragma once

#include "compiler/cpu/fusion/element.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace stator::cpu {

/// Loads, stores and addresses at the builder's place.
struct Memory {
  const IndexBuilder& ix;

  mlir::Type pointer() const { return mlir::LLVM::LLVMPointerType::get(ix.builder.getContext()); }
  mlir::Type number() const { return ix.builder.getI64Type(); }
  Value whole(Value index) const { return ix.builder.create<mlir::arith::IndexCastOp>(ix.location, number(), index); }
  Value index(Value whole) const {
    return ix.builder.create<mlir::arith::IndexCastOp>(ix.location, ix.builder.getIndexType(), whole);
  }
  /// `bytes` behind `base`.
  Value behind(Value base, Value bytes) const {
    return ix.builder.create<mlir::LLVM::GEPOp>(ix.location, pointer(), ix.builder.getI8Type(), base,
                                                llvm::ArrayRef<mlir::LLVM::GEPArg>{bytes});
  }
  /// Element `index` of an array of that type: pointers have the target's size.
  Value element(mlir::Type type, Value base, Value index) const {
    return ix.builder.create<mlir::LLVM::GEPOp>(ix.location, pointer(), type, base,
                                                llvm::ArrayRef<mlir::LLVM::GEPArg>{whole(index)});
  }
  Value load(mlir::Type type, Value base, Value index) const {
    return ix.builder.create<mlir::LLVM::LoadOp>(ix.location, type, element(type, base, index));
  }
  void store(Value value, Value base, Value index) const {
    ix.builder.create<mlir::LLVM::StoreOp>(ix.location, value, element(value.getType(), base, index));
  }
  /// Slot `index` of an array of slots, each of which has room for a number or a pointer.
  Value loadSlot(mlir::Type type, Value base, Value index) const {
    return ix.builder.create<mlir::LLVM::LoadOp>(ix.location, type, element(number(), base, index));
  }
  void storeSlot(Value value, Value base, Value index) const {
    ix.builder.create<mlir::LLVM::StoreOp>(ix.location, value, element(number(), base, index));
  }
  /// Room for that many pointers, or slots, on the stack.
  Value array(int64_t count) const { return room(pointer(), count); }
  Value slots(int64_t count) const { return room(number(), count); }
  Value room(mlir::Type type, int64_t count) const {
    Value size = ix.builder.create<mlir::LLVM::ConstantOp>(ix.location, number(), ix.builder.getI64IntegerAttr(count));
    return ix.builder.create<mlir::LLVM::AllocaOp>(ix.location, pointer(), type, size);
  }
  Value address(llvm::StringRef global) const {
    return ix.builder.create<mlir::LLVM::AddressOfOp>(ix.location, pointer(), global);
  }
};

}  // namespace stator::cpu
