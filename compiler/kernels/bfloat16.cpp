// bf16 in vector code: its 16 bits as f32, and products of pairs of them by one instruction.
#include "compiler/kernels/bfloat16.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace stator::kernels {

namespace arith = mlir::arith;
namespace memref = mlir::memref;
namespace vector = mlir::vector;

namespace {

/// The type with other elements: one, or a vector of as many.
mlir::Type withElements(mlir::Type like, mlir::Type element) {
  auto vector = llvm::dyn_cast<mlir::VectorType>(like);
  return vector ? mlir::Type(vector.clone(element)) : element;
}

Value constantLike(const IndexBuilder& ix, mlir::Type type, int64_t number) {
  auto element = ix.builder.getIntegerAttr(mlir::getElementTypeOrSelf(type), number);
  auto vector = llvm::dyn_cast<mlir::VectorType>(type);
  mlir::TypedAttr value = vector ? mlir::TypedAttr(mlir::DenseElementsAttr::get(vector, mlir::Attribute(element)))
                                 : mlir::TypedAttr(element);
  return ix.builder.create<arith::ConstantOp>(ix.location, value);
}

/// i16 as i32, in the lower half.
Value lowerHalf(const IndexBuilder& ix, Value bits) {
  mlir::Type word = withElements(bits.getType(), ix.builder.getI32Type());
  return ix.builder.create<arith::ExtUIOp>(ix.location, word, bits);
}

Value upperHalf(const IndexBuilder& ix, Value bits) {
  Value word = lowerHalf(ix, bits);
  return ix.builder.create<arith::ShLIOp>(ix.location, word, constantLike(ix, word.getType(), 16));
}

Value asFloat(const IndexBuilder& ix, Value words) {
  mlir::Type type = withElements(words.getType(), ix.builder.getF32Type());
  return ix.builder.create<arith::BitcastOp>(ix.location, type, words);
}

/// `memref[index]`, an i16, in both halves of all lanes of `type`.
Value broadcastHalves(const IndexBuilder& ix, mlir::VectorType type, Value memref, Value index) {
  auto halves = mlir::VectorType::get({2 * type.getNumElements()}, ix.builder.getIntegerType(16));
  Value element = ix.builder.create<memref::LoadOp>(ix.location, memref, index);
  return ix.builder.create<vector::BroadcastOp>(ix.location, halves, element);
}

}  // namespace

Value widenBFloat16(const IndexBuilder& ix, Value bits) { return asFloat(ix, upperHalf(ix, bits)); }

Value broadcastBFloat16(const IndexBuilder& ix, mlir::VectorType type, Value memref, Value index) {
  auto words = mlir::VectorType::get(type.getShape(), ix.builder.getI32Type());
  Value both = broadcastHalves(ix, type, memref, index);
  Value word = ix.builder.create<vector::BitCastOp>(ix.location, words, both);
  Value upper = ix.builder.create<arith::AndIOp>(ix.location, word, constantLike(ix, words, -65536));
  return asFloat(ix, upper);
}

Value broadcastPair(const IndexBuilder& ix, mlir::VectorType type, Value memref, Value index, int64_t stride) {
  auto& b = ix.builder;
  if (stride == 1) {
    auto two = mlir::VectorType::get({2}, b.getIntegerType(16)), one = mlir::VectorType::get({1}, b.getF32Type());
    Value loaded = b.create<vector::LoadOp>(ix.location, two, memref, index);
    Value pair = b.create<vector::BitCastOp>(ix.location, one, loaded);
    return b.create<vector::BroadcastOp>(ix.location, type, b.create<vector::ExtractOp>(ix.location, pair, int64_t{0}));
  }
  Value first = broadcastHalves(ix, type, memref, index);
  Value second = broadcastHalves(ix, type, memref, ix.add(index, stride));
  llvm::SmallVector<bool> isSecond;
  for (int64_t half = 0; half < 2 * type.getNumElements(); ++half) isSecond.push_back(half % 2 != 0);
  Value mask = b.create<arith::ConstantOp>(ix.location, b.getBoolVectorAttr(isSecond));
  Value halves = b.create<arith::SelectOp>(ix.location, mask, second, first);
  return b.create<vector::BitCastOp>(ix.location, type, halves);
}

Value broadcastHalfPair(const IndexBuilder& ix, mlir::VectorType type, Value memref, Value index) {
  Value element = ix.builder.create<memref::LoadOp>(ix.location, memref, index);
  return ix.builder.create<vector::BroadcastOp>(ix.location, type, asFloat(ix, lowerHalf(ix, element)));
}

Value joinPairs(const IndexBuilder& ix, Value first, Value second) {
  Value word = lowerHalf(ix, first);
  if (second) word = ix.builder.create<arith::OrIOp>(ix.location, word, upperHalf(ix, second));
  return asFloat(ix, word);
}

Value addPairProducts(const IndexBuilder& ix, Value sums, Value a, Value b) {
  auto type = llvm::cast<mlir::VectorType>(sums.getType());
  auto halves = mlir::VectorType::get({2 * type.getNumElements()}, ix.builder.getBF16Type());
  auto pairs = [&](Value value) -> Value { return ix.builder.create<vector::BitCastOp>(ix.location, halves, value); };
  Value operands[]{sums, pairs(a), pairs(b)};
  llvm::StringRef name = "llvm.x86.avx512bf16.dpbf16ps.512";
  return ix.builder.create<mlir::LLVM::CallIntrinsicOp>(ix.location, mlir::TypeRange(type), name, ValueRange(operands))
      .getResult(0);
}

}  // namespace stator::kernels
