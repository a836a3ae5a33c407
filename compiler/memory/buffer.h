// Where a tensor between kernels lies, as the plan writes it on fusions and the back end reads it.
#pragma once

#include "compiler/ir/ops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::memory {

/// On a module: the byte offset of each slot in the state block.
inline constexpr llvm::StringLiteral slotOffsetsAttr = "stator.slot_offsets";
/// On a fusion: a buffer for each operand, then for each result.
inline constexpr llvm::StringLiteral buffersAttr = "stator.buffers";
/// On a function: the bytes of its arena.
inline constexpr llvm::StringLiteral arenaBytesAttr = "stator.arena_bytes";

/// What an offset counts from: fields of StatorCall (runtime/abi.h).
enum class Base { state, arena, input, result, arguments };

struct Buffer {
  Base base = Base::arena;
  int64_t index = 0;  ///< which input or result
  int64_t offset_bytes = 0;

  bool operator==(const Buffer&) const = default;
};

mlir::Attribute toAttribute(mlir::MLIRContext* context, const Buffer& buffer);
/// Errors: InternalError where the attribute is not of the form that `toAttribute` gives.
Buffer bufferOf(mlir::Attribute attribute);

/// The buffers of a planned fusion: operands, then results. Errors: InternalError where it has not been planned.
llvm::SmallVector<Buffer> buffersOf(ir::FusionOp fusion);

/// The value that reshapes between kernels are views of.
mlir::Value viewedValue(mlir::Value value);

/// The bytes that a tensor takes in memory.
int64_t sizeBytes(mlir::Type tensor);

}  // namespace stator::memory
