// How elements of each dtype lie in memory and in vector registers.
#include "compiler/cpu/fusion/element.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace stator::cpu {

namespace arith = mlir::arith;

mlir::Type storageType(mlir::Type element) {
  mlir::MLIRContext* context = element.getContext();
  if (element.isInteger(1) || isUnsigned(element)) return mlir::IntegerType::get(context, 8);
  if (element.isBF16()) return mlir::IntegerType::get(context, 16);
  return element;
}

mlir::Type computeType(mlir::Type element) {
  if (element.isInteger(1)) return element;
  if (element.isBF16() || element.isF16()) return mlir::Float32Type::get(element.getContext());
  return storageType(element);
}

bool isUnsigned(mlir::Type element) { return element.isUnsignedInteger(); }

mlir::MemRefType bufferType(mlir::RankedTensorType tensor) {
  return mlir::MemRefType::get({tensor.getNumElements()}, storageType(tensor.getElementType()));
}

int64_t storageBytes(mlir::Type element) { return storageType(element).getIntOrFloatBitWidth() / 8; }

int64_t bufferBytes(mlir::RankedTensorType tensor) {
  return tensor.getNumElements() * storageBytes(tensor.getElementType());
}

static mlir::VectorType like(Value vector, mlir::Type element) {
  return mlir::VectorType::get(llvm::cast<mlir::VectorType>(vector.getType()).getShape(), element);
}

Value splat(const IndexBuilder& ix, mlir::Type compute, double value, int64_t lanes) {
  mlir::Attribute element;
  if (auto real = llvm::dyn_cast<mlir::FloatType>(compute)) element = ix.builder.getFloatAttr(real, value);
  else element = ix.builder.getIntegerAttr(compute, static_cast<int64_t>(value));
  auto type = mlir::VectorType::get({lanes}, compute);
  return ix.builder.create<arith::ConstantOp>(ix.location, mlir::DenseElementsAttr::get(type, element));
}

static int64_t lanesOf(Value vector) { return llvm::cast<mlir::VectorType>(vector.getType()).getNumElements(); }

static Value bits(const IndexBuilder& ix, Value like, int64_t value) {
  auto type = llvm::cast<mlir::VectorType>(like.getType());
  auto element = ix.builder.getIntegerAttr(type.getElementType(), value);
  return ix.builder.create<arith::ConstantOp>(ix.location, mlir::DenseElementsAttr::get(type, element));
}

/// The upper half of each f32, rounded to nearest even; a NaN stays one.
static Value roundToBFloat16(const IndexBuilder& ix, Value computed) {
  auto& b = ix.builder;
  Value word = b.create<arith::BitcastOp>(ix.location, like(computed, b.getI32Type()), computed);
  Value sixteen = bits(ix, word, 16);
  Value odd = b.create<arith::AndIOp>(ix.location, b.create<arith::ShRUIOp>(ix.location, word, sixteen), bits(ix, word, 1));
  Value bias = b.create<arith::AddIOp>(ix.location, odd, bits(ix, word, 0x7FFF));
  Value rounded = b.create<arith::AddIOp>(ix.location, word, bias);
  Value isNan = b.create<arith::CmpFOp>(ix.location, arith::CmpFPredicate::UNO, computed, computed);
  Value quiet = b.create<arith::OrIOp>(ix.location, word, bits(ix, word, 0x400000));
  Value chosen = b.create<arith::SelectOp>(ix.location, isNan, quiet, rounded);
  Value upper = b.create<arith::ShRUIOp>(ix.location, chosen, sixteen);
  return b.create<arith::TruncIOp>(ix.location, like(computed, b.getIntegerType(16)), upper);
}

Value fromStorage(const IndexBuilder& ix, Value stored, mlir::Type element) {
  auto& b = ix.builder;
  if (element.isInteger(1)) return b.create<arith::CmpIOp>(ix.location, arith::CmpIPredicate::ne, stored, bits(ix, stored, 0));
  if (element.isF16()) return b.create<arith::ExtFOp>(ix.location, like(stored, b.getF32Type()), stored);
  if (!element.isBF16()) return stored;
  Value wide = b.create<arith::ExtUIOp>(ix.location, like(stored, b.getI32Type()), stored);
  Value upper = b.create<arith::ShLIOp>(ix.location, wide, bits(ix, wide, 16));
  return b.create<arith::BitcastOp>(ix.location, like(stored, b.getF32Type()), upper);
}

Value toStorage(const IndexBuilder& ix, Value computed, mlir::Type element) {
  auto& b = ix.builder;
  if (element.isInteger(1)) return b.create<arith::ExtUIOp>(ix.location, like(computed, b.getIntegerType(8)), computed);
  if (element.isF16()) return b.create<arith::TruncFOp>(ix.location, like(computed, b.getF16Type()), computed);
  if (element.isBF16()) return roundToBFloat16(ix, computed);
  return computed;
}

static Value convertReals(const IndexBuilder& ix, Value x, mlir::VectorType target) {
  auto& b = ix.builder;
  unsigned from = llvm::cast<mlir::VectorType>(x.getType()).getElementTypeBitWidth(), to = target.getElementTypeBitWidth();
  if (from < to) return b.create<arith::ExtFOp>(ix.location, target, x);
  if (from > to) return b.create<arith::TruncFOp>(ix.location, target, x);
  return x;
}

static Value convertWhole(const IndexBuilder& ix, Value x, mlir::VectorType target, bool zeroExtend) {
  auto& b = ix.builder;
  unsigned from = llvm::cast<mlir::VectorType>(x.getType()).getElementTypeBitWidth(), to = target.getElementTypeBitWidth();
  if (from > to) return b.create<arith::TruncIOp>(ix.location, target, x);
  if (from == to) return x;
  if (zeroExtend) return b.create<arith::ExtUIOp>(ix.location, target, x);
  return b.create<arith::ExtSIOp>(ix.location, target, x);
}

Value convert(const IndexBuilder& ix, Value x, mlir::Type from, mlir::Type to) {
  auto& b = ix.builder;
  mlir::Type compute = computeType(to);
  mlir::VectorType target = like(x, compute);
  bool fromReal = llvm::isa<mlir::FloatType>(from), toReal = llvm::isa<mlir::FloatType>(to);
  bool zeroExtend = isUnsigned(from) || from.isInteger(1);
  if (to.isInteger(1)) {
    Value zero = splat(ix, computeType(from), 0, lanesOf(x));
    if (fromReal) return b.create<arith::CmpFOp>(ix.location, arith::CmpFPredicate::UNE, x, zero);
    return from.isInteger(1) ? x : Value(b.create<arith::CmpIOp>(ix.location, arith::CmpIPredicate::ne, x, zero));
  }
  if (!fromReal && !toReal) return convertWhole(ix, x, target, zeroExtend);
  if (!fromReal && zeroExtend) x = b.create<arith::UIToFPOp>(ix.location, target, x);
  else if (!fromReal) x = b.create<arith::SIToFPOp>(ix.location, target, x);
  else if (!toReal && isUnsigned(to)) return b.create<arith::FPToUIOp>(ix.location, target, x);
  else if (!toReal) return b.create<arith::FPToSIOp>(ix.location, target, x);
  else x = convertReals(ix, x, target);
  // Narrow floats round where they are made, not only where they are stored.
  return to.isF16() || to.isBF16() ? fromStorage(ix, toStorage(ix, x, to), to) : x;
}

}  // namespace stator::cpu
