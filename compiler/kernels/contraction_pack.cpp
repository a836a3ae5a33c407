// Copies a panel of B to contiguous scratch memory, where its rows cannot push each other out of the cache.
#include "compiler/kernels/contraction_pack.h"

#include <algorithm>

#include "compiler/kernels/bfloat16.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace stator::kernels {
namespace {

namespace memref = mlir::memref;
namespace vector = mlir::vector;

struct Row {
  Value from;  ///< index in B
  Value to;    ///< index in the scratch
};

/// `body` for every reduction step; `from` and `to` move along.
void forEachRow(const IndexBuilder& ix, llvm::ArrayRef<Dim> source, llvm::ArrayRef<Dim> packed, Row row,
                llvm::function_ref<void(Row)> body) {
  if (source.empty()) return body(row);
  ix.loop(source.front().extent, [&](Value index) {
    Row inner{ix.add(row.from, ix.multiply(index, source.front().b)),
              ix.add(row.to, ix.multiply(index, packed.front().b))};
    forEachRow(ix, source.drop_front(), packed.drop_front(), inner, body);
  });
}

/// Asks for the row that comes `rowsAhead` rows later: rows of a panel lie apart, and no prefetcher follows them.
void copyVectors(const IndexBuilder& ix, mlir::VectorType type, Value b, int64_t stride, Value scratch, Row row,
                 int64_t columns) {
  constexpr int64_t rowsAhead = 16;
  int64_t lanes = type.getNumElements();
  for (int64_t column = 0; column < columns; column += lanes)
    ix.builder.create<memref::PrefetchOp>(ix.location, b, ix.add(row.from, rowsAhead * stride + column),
                                          /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
  for (int64_t column = 0; column < columns; column += lanes) {
    Value mask = firstLanes(ix, columns - column, lanes);
    Value value = loadVector(ix, type, b, {row.from, column}, mask);
    ix.builder.create<vector::StoreOp>(ix.location, value, scratch, ix.add(row.to, column));
  }
}

void copyElements(const IndexBuilder& ix, mlir::VectorType type, Value b, int64_t stride, Value scratch, Row row,
                  int64_t columns) {
  int64_t lanes = type.getNumElements(), whole = columns / lanes * lanes;
  if (whole < columns)
    ix.builder.create<vector::StoreOp>(ix.location, zeroVector(ix, type), scratch, ix.add(row.to, whole));
  ix.loop(columns, [&](Value column) {
    Value element = ix.builder.create<memref::LoadOp>(ix.location, b, ix.add(row.from, ix.multiply(column, stride)));
    if (element.getType().isInteger(16)) element = widenBFloat16(ix, element);
    ix.builder.create<memref::StoreOp>(ix.location, element, scratch, ix.add(row.to, column));
  });
}

/// `lanes` reduction steps at once, where they lie side by side in B; or as many pairs of them.
void copySquares(const IndexBuilder& ix, mlir::VectorType type, Value b, const Dim& source, const Dim& packed,
                 int64_t columnStride, Value scratch, Row row, int64_t columns, bool pairs) {
  int64_t lanes = type.getNumElements(), perLane = pairs ? 2 : 1;
  int64_t whole = source.extent / (perLane * lanes) * lanes, rest = source.extent - perLane * whole;
  auto load = pairs ? loadPairs : loadVector;
  auto square = [&](Row at, int64_t rows, int64_t wide, Value mask) {
    Values lines(lanes, zeroVector(ix, type));
    for (int64_t j = 0; j < wide; ++j) lines[j] = load(ix, type, b, {at.from, j * columnStride}, mask);
    lines = transpose(ix, std::move(lines));
    for (int64_t i = 0; i < rows; ++i)
      ix.builder.create<vector::StoreOp>(ix.location, lines[i], scratch, ix.add(at.to, i * packed.b));
  };
  const int64_t wholeColumns = columns / lanes * lanes;
  auto squares = [&](Value step, int64_t rows, Value mask) {
    Row at{ix.add(row.from, ix.multiply(step, perLane)), ix.add(row.to, ix.multiply(step, packed.b))};
    auto behind = [&](Value column) {
      return Row{ix.add(at.from, ix.multiply(column, columnStride)), ix.add(at.to, column)};
    };
    // A loop, since the shuffles of one square are many to compile.
    ix.loop(ix.constant(0), ix.constant(wholeColumns), lanes, {}, [&](Value column, ValueRange) {
      square(behind(column), rows, lanes, mask);
      return Values{};
    });
    if (wholeColumns < columns) square(behind(ix.constant(wholeColumns)), rows, columns - wholeColumns, mask);
  };
  ix.loop(ix.constant(0), ix.constant(whole), lanes, {}, [&](Value step, ValueRange) {
    squares(step, lanes, Value());
    return Values{};
  });
  if (rest > 0) squares(ix.constant(whole), (rest + perLane - 1) / perLane, firstLanes(ix, rest, perLane * lanes));
}

/// A pair of rows of B, `stride` apart, that lie along the columns; without `second`, half a pair.
void copyRowPair(const IndexBuilder& ix, mlir::VectorType type, Value b, int64_t stride, Value scratch, Row row,
                 int64_t columns, bool second) {
  int64_t lanes = type.getNumElements();
  auto halves = type.clone(ix.builder.getIntegerType(16));
  for (int64_t column = 0; column < columns; column += lanes) {
    Value mask = firstLanes(ix, columns - column, lanes);
    Value low = loadVector(ix, halves, b, {row.from, column}, mask);
    Value high = second ? loadVector(ix, halves, b, {row.from, stride + column}, mask) : Value();
    ix.builder.create<vector::StoreOp>(ix.location, joinPairs(ix, low, high), scratch, ix.add(row.to, column));
  }
}

/// The same where columns lie `columnStride` apart.
void copyElementPairs(const IndexBuilder& ix, mlir::VectorType type, Value b, int64_t stride, int64_t columnStride,
                      Value scratch, Row row, int64_t columns, bool second) {
  int64_t lanes = type.getNumElements(), whole = columns / lanes * lanes;
  if (whole < columns)
    ix.builder.create<vector::StoreOp>(ix.location, zeroVector(ix, type), scratch, ix.add(row.to, whole));
  ix.loop(columns, [&](Value column) {
    Value from = ix.add(row.from, ix.multiply(column, columnStride));
    Value low = ix.builder.create<memref::LoadOp>(ix.location, b, from), high;
    if (second) high = ix.builder.create<memref::LoadOp>(ix.location, b, ix.add(from, stride));
    ix.builder.create<memref::StoreOp>(ix.location, joinPairs(ix, low, high), scratch, ix.add(row.to, column));
  });
}

/// All pairs of a line of reduction steps.
void packLineOfPairs(const IndexBuilder& ix, mlir::VectorType type, Value b, const Dim& source, const Dim& packed,
                     int64_t columnStride, Value scratch, Row row, int64_t columns) {
  auto pack = [&](Row at, bool second) {
    if (columnStride == 1) return copyRowPair(ix, type, b, source.b, scratch, at, columns, second);
    copyElementPairs(ix, type, b, source.b, columnStride, scratch, at, columns, second);
  };
  int64_t whole = source.extent / 2;
  ix.loop(whole, [&](Value pair) {
    pack({ix.add(row.from, ix.multiply(pair, 2 * source.b)), ix.add(row.to, ix.multiply(pair, packed.b))}, true);
  });
  if (source.extent % 2 != 0) pack({ix.add(row.from, 2 * whole * source.b), ix.add(row.to, whole * packed.b)}, false);
}

/// Zeros from the last pair of a line to where its last square ends.
void fillSquare(const IndexBuilder& ix, mlir::VectorType type, const Dim& source, const Dim& packed, Value scratch,
                Row row, int64_t columns) {
  int64_t pairs = (source.extent + 1) / 2;
  if (pairs == packed.extent) return;
  ix.loop(ix.constant(pairs), ix.constant(packed.extent), [&](Value pair) {
    Value to = ix.add(row.to, ix.multiply(pair, packed.b));
    for (int64_t column = 0; column < columns; column += type.getNumElements())
      ix.builder.create<vector::StoreOp>(ix.location, zeroVector(ix, type), scratch, ix.add(to, column));
  });
}

}  // namespace

void packPanel(const IndexBuilder& ix, const ContractionForm& form, const ContractionSchedule& schedule,
               mlir::VectorType vector, Value b, Value from, Value scratch, Value to, int64_t columns) {
  auto source = llvm::ArrayRef(schedule.reductions).drop_front(schedule.hoisted);
  auto packed = schedule.packedReductionDims();
  if (form.columns.b != 1 && source.back().b == 1) {
    return forEachRow(ix, source.drop_back(), packed, {from, to}, [&](Row row) {
      copySquares(ix, vector, b, source.back(), packed.back(), form.columns.b, scratch, row, columns, schedule.pairs);
      if (schedule.pairs) fillSquare(ix, vector, source.back(), packed.back(), scratch, row, columns);
    });
  }
  if (schedule.pairs) {
    return forEachRow(ix, source.drop_back(), packed, {from, to}, [&](Row row) {
      packLineOfPairs(ix, vector, b, source.back(), packed.back(), form.columns.b, scratch, row, columns);
      fillSquare(ix, vector, source.back(), packed.back(), scratch, row, columns);
    });
  }
  forEachRow(ix, source, packed, {from, to}, [&](Row row) {
    if (form.columns.b == 1) return copyVectors(ix, vector, b, source.back().b, scratch, row, columns);
    copyElements(ix, vector, b, form.columns.b, scratch, row, columns);
  });
}

}  // namespace stator::kernels
