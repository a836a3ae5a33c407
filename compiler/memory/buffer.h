// Where a tensor between kernels lies, as the plan writes it on fusions and the back end reads it.
#pragma once

#include "compiler/ir/scan.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::memory {

/// On a module: the byte offset of each slot in the state block.
inline constexpr llvm::StringLiteral slotOffsetsAttr = "stator.slot_offsets";
/// On a fusion: a buffer for each operand, then for each result.
inline constexpr llvm::StringLiteral buffersAttr = "stator.buffers";
/// On a scan: where in the arena the number of the step stands.
inline constexpr llvm::StringLiteral counterAttr = "stator.counter";
/// On a function: the bytes of its arena.
inline constexpr llvm::StringLiteral arenaBytesAttr = "stator.arena_bytes";
/// On a function: the bytes of the arena's values where most are alive, below which no plan can go.
inline constexpr llvm::StringLiteral liveBytesAttr = "stator.live_bytes";

/// On a fusion, without a value: while it runs, most of the arena's values are alive.
inline constexpr llvm::StringLiteral widestAttr = "stator.widest";

/// What an offset counts from: fields of StatorCall (runtime/abi.h).
enum class Base { state, arena, input, result, arguments };

/// What each step of a loop around adds to an offset.
struct Stride {
  int64_t counter_bytes = 0;  ///< where in the arena the number of the step stands, an i64
  int64_t step_bytes = 0;

  bool operator==(const Stride&) const = default;
};

struct Buffer {
  Base base = Base::arena;
  int64_t index = 0;  ///< which input or result
  int64_t offset_bytes = 0;
  llvm::SmallVector<Stride, 1> strides = {};  ///< the outermost loop's first

  Buffer movedBy(int64_t bytes) const;
  bool operator==(const Buffer&) const = default;
};

mlir::Attribute toAttribute(mlir::MLIRContext* context, const Buffer& buffer);
/// Errors: InternalError where the attribute is not of the form that `toAttribute` gives.
Buffer bufferOf(mlir::Attribute attribute);

/// The buffers of a planned fusion: operands, then results. Errors: InternalError where it has not been planned.
llvm::SmallVector<Buffer> buffersOf(ir::FusionOp fusion);

/// Whether all values of a loop's state are kept, one behind the other: a step's result is among them.
bool keepsHistory(ir::ScanOp scan, unsigned state);

/// The bytes that a tensor takes in memory.
int64_t sizeBytes(mlir::Type tensor);

}  // namespace stator::memory
