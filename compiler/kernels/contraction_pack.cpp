// Copies a panel of B to contiguous scratch memory, where its rows cannot push each other out of the cache.
#include "compiler/kernels/contraction_pack.h"

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

void copyVectors(const IndexBuilder& ix, mlir::VectorType type, Value b, Value scratch, Row row, int64_t columns) {
  int64_t lanes = type.getNumElements();
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
    Value element =
        ix.builder.create<memref::LoadOp>(ix.location, b, ix.add(row.from, ix.multiply(column, stride)));
    ix.builder.create<memref::StoreOp>(ix.location, element, scratch, ix.add(row.to, column));
  });
}

}  // namespace

llvm::SmallVector<Dim, 4> packedReductionDims(const ContractionSchedule& schedule) {
  auto inside = llvm::ArrayRef(schedule.reductions).drop_front(schedule.hoisted);
  llvm::SmallVector<Dim, 4> dims(inside);
  int64_t stride = schedule.panelColumns;
  for (size_t i = dims.size(); i-- > 0;) {
    dims[i].b = stride;
    stride *= dims[i].extent;
  }
  return dims;
}

void packPanel(const IndexBuilder& ix, const ContractionForm& form, const ContractionSchedule& schedule,
               mlir::VectorType vector, Value b, Value from, Value scratch, Value to, int64_t columns) {
  auto source = llvm::ArrayRef(schedule.reductions).drop_front(schedule.hoisted);
  auto packed = packedReductionDims(schedule);
  forEachRow(ix, source, packed, {from, to}, [&](Row row) {
    if (form.columns.b == 1) return copyVectors(ix, vector, b, scratch, row, columns);
    copyElements(ix, vector, b, form.columns.b, scratch, row, columns);
  });
}

}  // namespace stator::kernels
