// How elements of each dtype lie in memory and in vector registers.
#include "compiler/cpu/fusion/element.h"

#include "compiler/kernels/bfloat16.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace stator::cpu {

namespace arith = mlir::arith;

mlir::Type storageType(mlir::Type element) {
  mlir::MLIRContext* context = element.getContext();
  if (element.isInteger(1) || isUnsigned(element)) return mlir::IntegerType::get(context, 8);
  if (element.isBF16() || element.isF16()) return mlir::IntegerType::get(context, 16);
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
  auto element =
      ix.builder.getIntegerAttr(type.getElementType(), llvm::APInt(type.getElementTypeBitWidth(), value, true));
  return ix.builder.create<arith::ConstantOp>(ix.location, mlir::DenseElementsAttr::get(type, element));
}

namespace {

/// Bits of f32 lanes: what narrow floats are made of and made to.
struct Bits {
  const IndexBuilder& ix;

  Value constant(Value like, int64_t value) const { return bits(ix, like, value); }
  Value operator()(Value real) const {
    return ix.builder.create<arith::BitcastOp>(ix.location, like(real, ix.builder.getI32Type()), real);
  }
  Value real(Value word) const {
    return ix.builder.create<arith::BitcastOp>(ix.location, like(word, ix.builder.getF32Type()), word);
  }
  Value widen(Value half) const {
    return ix.builder.create<arith::ExtUIOp>(ix.location, like(half, ix.builder.getI32Type()), half);
  }
  Value narrow(Value word) const {
    return ix.builder.create<arith::TruncIOp>(ix.location, like(word, ix.builder.getIntegerType(16)), word);
  }
  template <class Op> Value apply(Value a, Value b) const { return ix.builder.create<Op>(ix.location, a, b); }
  template <class Op> Value apply(Value a, int64_t b) const { return apply<Op>(a, constant(a, b)); }
  Value isBelow(Value a, int64_t b) const {
    return ix.builder.create<arith::CmpIOp>(ix.location, arith::CmpIPredicate::ult, a, constant(a, b));
  }
  Value select(Value condition, Value a, Value b) const {
    return ix.builder.create<arith::SelectOp>(ix.location, condition, a, b);
  }
  /// word + bias + (bit `shift` of word), shifted right: rounding to nearest even.
  Value rounded(Value word, int64_t bias, int shift) const {
    Value odd = apply<arith::AndIOp>(apply<arith::ShRUIOp>(word, shift), 1);
    return apply<arith::ShRUIOp>(apply<arith::AddIOp>(apply<arith::AddIOp>(word, odd), bias), shift);
  }
};

/// The upper half of each f32, rounded to nearest even; a NaN stays one.
Value toBFloat16(const IndexBuilder& ix, Value computed) {
  Bits b{ix};
  Value word = b(computed);
  Value isNan = ix.builder.create<arith::CmpFOp>(ix.location, arith::CmpFPredicate::UNO, computed, computed);
  Value quiet = b.apply<arith::ShRUIOp>(b.apply<arith::OrIOp>(word, 0x400000), 16);
  return b.narrow(b.select(isNan, quiet, b.rounded(word, 0x7FFF, 16)));
}

/// Source: F. Giesen, "float->half variants", float_to_half_fast3_rtne: the same bits as vcvtps2ph, on every target.
Value toHalf(const IndexBuilder& ix, Value computed) {
  constexpr int64_t infinity = 255 << 23, tooLarge = (127 + 16) << 23, normal = 113 << 23, magic = 126 << 23;
  Bits b{ix};
  Value word = b(computed), sign = b.apply<arith::AndIOp>(word, 0x80000000);
  Value size = b.apply<arith::XOrIOp>(word, sign);
  Value denormal = b(b.apply<arith::AddFOp>(b.real(size), b.real(b.constant(size, magic))));
  Value small = b.apply<arith::SubIOp>(denormal, magic);
  Value regular = b.rounded(size, ((15 - 127) * (int64_t{1} << 23)) + 0xFFF, 13);
  Value special = b.select(b.isBelow(size, infinity + 1), b.constant(size, 0x7C00), b.constant(size, 0x7E00));
  Value half = b.select(b.isBelow(size, tooLarge), b.select(b.isBelow(size, normal), small, regular), special);
  return b.narrow(b.apply<arith::OrIOp>(half, b.apply<arith::ShRUIOp>(sign, 16)));
}

/// Source: F. Giesen, "half->float variants", half_to_float_fast5.
Value fromHalf(const IndexBuilder& ix, Value stored) {
  constexpr int64_t scale = (254 - 15) << 23, infinity = 255 << 23, unbounded = (127 + 16) << 23;
  Bits b{ix};
  Value half = b.widen(stored);
  Value shifted = b.apply<arith::ShLIOp>(b.apply<arith::AndIOp>(half, 0x7FFF), 13);
  Value size = b(b.apply<arith::MulFOp>(b.real(shifted), b.real(b.constant(half, scale))));
  size = b.select(b.isBelow(size, unbounded), size, b.apply<arith::OrIOp>(size, infinity));
  Value sign = b.apply<arith::ShLIOp>(b.apply<arith::AndIOp>(half, 0x8000), 16);
  return b.real(b.apply<arith::OrIOp>(size, sign));
}

}  // namespace

Value fromStorage(const IndexBuilder& ix, Value stored, mlir::Type element) {
  auto& b = ix.builder;
  if (element.isInteger(1))
    return b.create<arith::CmpIOp>(ix.location, arith::CmpIPredicate::ne, stored, bits(ix, stored, 0));
  if (element.isF16()) return fromHalf(ix, stored);
  return element.isBF16() ? kernels::widenBFloat16(ix, stored) : stored;
}

Value toStorage(const IndexBuilder& ix, Value computed, mlir::Type element) {
  auto& b = ix.builder;
  if (element.isInteger(1)) return b.create<arith::ExtUIOp>(ix.location, like(computed, b.getIntegerType(8)), computed);
  if (element.isF16()) return toHalf(ix, computed);
  return element.isBF16() ? toBFloat16(ix, computed) : computed;
}

static Value convertReals(const IndexBuilder& ix, Value x, mlir::VectorType target) {
  auto& b = ix.builder;
  unsigned from = llvm::cast<mlir::VectorType>(x.getType()).getElementTypeBitWidth(),
           to = target.getElementTypeBitWidth();
  if (from < to) return b.create<arith::ExtFOp>(ix.location, target, x);
  if (from > to) return b.create<arith::TruncFOp>(ix.location, target, x);
  return x;
}

static Value convertWhole(const IndexBuilder& ix, Value x, mlir::VectorType target, bool zeroExtend) {
  auto& b = ix.builder;
  unsigned from = llvm::cast<mlir::VectorType>(x.getType()).getElementTypeBitWidth(),
           to = target.getElementTypeBitWidth();
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
