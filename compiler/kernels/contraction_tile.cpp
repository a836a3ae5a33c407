// The innermost loops of a contraction: a register tile of accumulators over the reductions.
#include "compiler/kernels/contraction_tile.h"

#include "compiler/kernels/bfloat16.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace stator::kernels {

namespace arith = mlir::arith;
namespace memref = mlir::memref;
namespace vector = mlir::vector;

namespace {

/// Whether a buffer of factors holds bf16, as its bits.
bool isBFloat16(Value memref) { return llvm::cast<mlir::MemRefType>(memref.getType()).getElementType().isInteger(16); }

using Step = llvm::function_ref<void(Address a, Address b, Values& accumulators)>;

Value multiplyAdd(const IndexBuilder& ix, bool fma, Value a, Value b, Value c) {
  if (fma) return ix.builder.create<vector::FMAOp>(ix.location, a, b, c);
  return ix.builder.create<arith::AddFOp>(ix.location, ix.builder.create<arith::MulFOp>(ix.location, a, b), c);
}

/// `body(address of index, accumulators)` for index in [0, extent), `unroll` per iteration and the remainder after it.
Values unrolledLoop(const IndexBuilder& ix, const Dim& dim, int64_t unroll, Address a, Address b, Values accumulators,
                    Step body) {
  int64_t whole = dim.extent / unroll * unroll;
  if (whole > unroll) {
    auto iteration = [&](Value index, ValueRange carried) {
      Values inner(carried);
      Address ai{ix.add(a.base, ix.multiply(index, dim.a)), a.offset};
      Address bi{ix.add(b.base, ix.multiply(index, dim.b)), b.offset};
      for (int64_t u = 0; u < unroll; ++u) body(ai + u * dim.a, bi + u * dim.b, inner);
      return inner;
    };
    accumulators = ix.loop(ix.constant(0), ix.constant(whole), unroll, accumulators, iteration);
  } else {
    whole = 0;
  }
  for (int64_t i = whole; i < dim.extent; ++i) body(a + i * dim.a, b + i * dim.b, accumulators);
  return accumulators;
}

/// `body(address of index, accumulators)` for index in the tile's bounds.
Values boundedLoop(const IndexBuilder& ix, const Dim& dim, const RegisterTile& tile, Address a, Address b,
                   ValueRange accumulators, Step body) {
  return ix.loop(tile.first, tile.last, 1, accumulators, [&](Value index, ValueRange carried) {
    Values inner(carried);
    body({ix.add(a.base, ix.multiply(index, dim.a)), a.offset}, {ix.add(b.base, ix.multiply(index, dim.b)), b.offset},
         inner);
    return inner;
  });
}

/// The loops over `dims`; `step` is the body of the last, with a multiply-add for each accumulator.
Values reduce(const IndexBuilder& ix, const RegisterTile& tile, llvm::ArrayRef<Dim> dims, int64_t unroll, Address a,
              Address b, Values accumulators, Step step) {
  const Dim& dim = dims.front();
  bool straight = extentProduct(dims) <= tile.straightSteps;
  auto inner = [&](Address ai, Address bi, Values& carried) {
    if (dims.size() == 1) return step(ai, bi, carried);
    carried = reduce(ix, tile, dims.drop_front(), unroll, ai, bi, carried, step);
  };
  bool bounded = static_cast<int>(tile.reductions.size() - dims.size()) == tile.bounded;
  if (bounded && !straight && dims.size() > 1) return boundedLoop(ix, dim, tile, a, b, accumulators, inner);
  int64_t perIteration = straight ? dim.extent : dims.size() == 1 ? unroll : 1;
  return unrolledLoop(ix, dim, perIteration, a, b, std::move(accumulators), inner);
}

Value broadcastElement(const IndexBuilder& ix, const RegisterTile& tile, Address address) {
  Value index = ix.add(address.base, address.offset);
  if (isBFloat16(tile.a)) return broadcastBFloat16(ix, tile.vector, tile.a, index);
  Value element = ix.builder.create<memref::LoadOp>(ix.location, tile.a, index);
  return ix.builder.create<vector::BroadcastOp>(ix.location, tile.vector, element);
}

void prefetch(const IndexBuilder& ix, Value memref, Address address) {
  ix.builder.create<memref::PrefetchOp>(ix.location, memref, ValueRange{ix.add(address.base, address.offset)},
                                        /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
}

/// One level of the tree: in `a` and `b` each sum-to-be has `width` lanes side by side; in the result half as many.
Value foldPair(const IndexBuilder& ix, Value a, Value b, int64_t lanes, int64_t width) {
  llvm::SmallVector<int64_t> low, high;
  for (int64_t group = 0; group < 2 * lanes; group += width) {
    for (int64_t lane = 0; lane < width / 2; ++lane) {
      low.push_back(group + lane);
      high.push_back(group + width / 2 + lane);
    }
  }
  Value left = ix.builder.create<vector::ShuffleOp>(ix.location, a, b, low);
  Value right = ix.builder.create<vector::ShuffleOp>(ix.location, a, b, high);
  return ix.builder.create<arith::AddFOp>(ix.location, left, right);
}

}  // namespace

Value firstLanes(const IndexBuilder& ix, int64_t count, int64_t lanes) {
  if (count >= lanes) return {};
  auto type = mlir::VectorType::get({lanes}, ix.builder.getI1Type());
  return ix.builder.create<vector::CreateMaskOp>(ix.location, type, ix.constant(count));
}

Value loadPairs(const IndexBuilder& ix, mlir::VectorType type, Value memref, Address address, Value mask) {
  auto halves = mlir::VectorType::get({2 * type.getNumElements()}, ix.builder.getIntegerType(16));
  return ix.builder.create<vector::BitCastOp>(ix.location, type, loadVector(ix, halves, memref, address, mask));
}

Value zeroVector(const IndexBuilder& ix, mlir::VectorType type) {
  return ix.builder.create<arith::ConstantOp>(ix.location, ix.builder.getZeroAttr(type));
}

Value loadVector(const IndexBuilder& ix, mlir::VectorType type, Value memref, Address address, Value mask) {
  if (isBFloat16(memref) && type.getElementType().isF32())
    return widenBFloat16(ix, loadVector(ix, type.clone(ix.builder.getIntegerType(16)), memref, address, mask));
  Value index = ix.add(address.base, address.offset);
  if (!mask) return ix.builder.create<vector::LoadOp>(ix.location, type, memref, index);
  return ix.builder.create<vector::MaskedLoadOp>(ix.location, type, memref, index, mask, zeroVector(ix, type));
}

Values accumulateBroadcast(const IndexBuilder& ix, const RegisterTile& tile, Address a, Address b,
                           Values accumulators) {
  int64_t vectors = tile.columnVectors(), lanes = tile.lanes();
  Value tail = tile.padded ? Value() : firstLanes(ix, tile.columns - (vectors - 1) * lanes, lanes);
  auto step = [&](Address ai, Address bi, Values& sums) {
    Values columns;
    for (int64_t j = 0; j < vectors; ++j)
      columns.push_back(loadVector(ix, tile.vector, tile.b, bi + j * lanes, j + 1 == vectors ? tail : Value()));
    if (tile.stepsAhead)
      for (int64_t j = 0; j < vectors; ++j)
        prefetch(ix, tile.b, bi + (tile.stepsAhead * tile.reductions.back().b + j * lanes));
    for (int64_t i = 0; i < tile.rows(); ++i) {
      Value row = broadcastElement(ix, tile, ai + tile.rowOffsets[i]);
      for (int64_t j = 0; j < vectors; ++j) {
        Value& sum = sums[i * vectors + j];
        sum = multiplyAdd(ix, tile.fma, row, columns[j], sum);
      }
    }
  };
  return reduce(ix, tile, tile.reductions, tile.unroll, a, b, std::move(accumulators), step);
}

Values accumulatePairs(const IndexBuilder& ix, const RegisterTile& tile, Address a, Address b, Values accumulators) {
  int64_t vectors = tile.columnVectors(), lanes = tile.lanes();
  auto products = [&](Address ai, Address bi, bool single, Values& sums) {
    Values columns;
    for (int64_t j = 0; j < vectors; ++j)
      columns.push_back(loadVector(ix, tile.vector, tile.b, bi + j * lanes, Value()));
    for (int64_t i = 0; i < tile.rows(); ++i) {
      Address at = ai + tile.rowOffsets[i];
      Value first = ix.add(at.base, at.offset);
      Value row = single ? broadcastHalfPair(ix, tile.vector, tile.a, first)
                         : broadcastPair(ix, tile.vector, tile.a, first, tile.pairStride);
      for (int64_t j = 0; j < vectors; ++j) {
        Value& sum = sums[i * vectors + j];
        sum = addPairProducts(ix, sum, row, columns[j]);
      }
    }
  };
  auto step = [&](Address ai, Address bi, Values& sums) { products(ai, bi, false, sums); };
  RegisterTile whole = tile;
  whole.bounded = -1;  // pairs leave no zeros out
  if (!tile.endsInHalf) return reduce(ix, whole, tile.reductions, tile.unroll, a, b, std::move(accumulators), step);
  Dim last = tile.reductions.back();
  --last.extent;
  auto line = [&](Address ai, Address bi, Values& sums) {
    if (last.extent > 0) sums = unrolledLoop(ix, last, tile.unroll, ai, bi, std::move(sums), step);
    products(ai + last.extent * last.a, bi + last.extent * last.b, true, sums);
  };
  auto outer = llvm::ArrayRef(tile.reductions).drop_back();
  if (!outer.empty()) return reduce(ix, whole, outer, 1, a, b, std::move(accumulators), line);
  line(a, b, accumulators);
  return accumulators;
}

Values accumulateDot(const IndexBuilder& ix, const RegisterTile& tile, Address a, Address b, Values accumulators,
                     bool pairs) {
  int64_t lanes = tile.lanes() * (pairs ? 2 : 1);
  auto load = [&](Value memref, Address at, Value mask) {
    return pairs ? loadPairs(ix, tile.vector, memref, at, mask) : loadVector(ix, tile.vector, memref, at, mask);
  };
  auto products = [&](Address ai, Address bi, Value mask, Values& sums) {
    Values columns;
    for (int64_t j = 0; j < tile.columns; ++j) columns.push_back(load(tile.b, bi + j * tile.columnStride, mask));
    for (int64_t i = 0; i < tile.rows(); ++i) {
      Value row = load(tile.a, ai + tile.rowOffsets[i], mask);
      for (int64_t j = 0; j < tile.columns; ++j) {
        Value& sum = sums[i * tile.columns + j];
        sum = pairs ? addPairProducts(ix, sum, row, columns[j]) : multiplyAdd(ix, tile.fma, row, columns[j], sum);
      }
    }
  };
  Dim last = tile.reductions.back();
  Dim vectors{last.extent / lanes, lanes, lanes, 0};
  Value tail = firstLanes(ix, last.extent % lanes, lanes);
  auto line = [&](Address ai, Address bi, Values& sums) {
    auto step = [&](Address av, Address bv, Values& inner) { products(av, bv, Value(), inner); };
    sums = unrolledLoop(ix, vectors, tile.unroll, ai, bi, std::move(sums), step);
    int64_t done = vectors.extent * lanes;
    if (done < last.extent) products(ai + done, bi + done, tail, sums);
  };
  auto outer = llvm::ArrayRef(tile.reductions).drop_back();
  if (!outer.empty()) return reduce(ix, tile, outer, 1, a, b, std::move(accumulators), line);
  line(a, b, accumulators);
  return accumulators;
}

Values sumLanes(const IndexBuilder& ix, mlir::VectorType type, Values vectors) {
  int64_t lanes = type.getNumElements();
  while (static_cast<int64_t>(vectors.size()) % lanes) vectors.push_back(zeroVector(ix, type));
  for (int64_t width = lanes; width > 1; width /= 2) {
    Values folded;
    for (size_t i = 0; i < vectors.size(); i += 2)
      folded.push_back(foldPair(ix, vectors[i], vectors[i + 1], lanes, width));
    vectors = std::move(folded);
  }
  return vectors;
}

/// In each round, blocks off the diagonal of twice the size change places.
Values transpose(const IndexBuilder& ix, Values rows) {
  int64_t lanes = static_cast<int64_t>(rows.size());
  for (int64_t size = 1; size < lanes; size *= 2) {
    llvm::SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      bool second = lane / size % 2;
      low.push_back(second ? lanes + lane - size : lane);
      high.push_back(second ? lanes + lane : lane + size);
    }
    for (int64_t i = 0; i < lanes; ++i) {
      if (i / size % 2) continue;
      Value top = rows[i], bottom = rows[i + size];
      rows[i] = ix.builder.create<vector::ShuffleOp>(ix.location, top, bottom, low);
      rows[i + size] = ix.builder.create<vector::ShuffleOp>(ix.location, top, bottom, high);
    }
  }
  return rows;
}

}  // namespace stator::kernels
