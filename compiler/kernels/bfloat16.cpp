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

}  // namespace

Value widenBFloat16(const IndexBuilder& ix, Value bits) { return asFloat(ix, upperHalf(ix, bits)); }

Value broadcastBFloat16(const IndexBuilder& ix, mlir::VectorType type, Value memref, Value index) {
  auto& b = ix.builder;
  auto words = mlir::VectorType::get(type.getShape(), b.getI32Type());
  auto halves = mlir::VectorType::get({2 * type.getNumElements()}, b.getIntegerType(16));
  Value element = b.create<memref::LoadOp>(ix.location, memref, index);
  Value both = b.create<vector::BroadcastOp>(ix.location, halves, element);
  Value word = b.create<vector::BitCastOp>(ix.location, words, both);
  Value upper = b.create<arith::AndIOp>(ix.location, word, constantLike(ix, words, -65536));
  return asFloat(ix, upper);
}

Value broadcastPair(const IndexBuilder& ix, mlir::VectorType type, Value memref, Value index, bool single) {
  auto& b = ix.builder;
  Value pair;
  if (single) {
    pair = lowerHalf(ix, b.create<memref::LoadOp>(ix.location, memref, index));
  } else {
    auto two = mlir::VectorType::get({2}, b.getIntegerType(16)), one = mlir::VectorType::get({1}, b.getI32Type());
    Value loaded = b.create<vector::LoadOp>(ix.location, two, memref, index);
    pair = b.create<vector::ExtractOp>(ix.location, b.create<vector::BitCastOp>(ix.location, one, loaded), int64_t{0});
  }
  return b.create<vector::BroadcastOp>(ix.location, type, asFloat(ix, pair));
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
