// How elements of each dtype lie in memory and in vector registers.
#pragma once

#include "compiler/kernels/index_builder.h"
#include "mlir/IR/BuiltinTypes.h"

namespace stator::cpu {

using kernels::IndexBuilder;
using kernels::Value;
using kernels::ValueRange;
using kernels::Values;

/// The element type of a buffer: bool is a byte, u8 a signless byte, f16 and bf16 their 16 bits.
mlir::Type storageType(mlir::Type element);

/// The element type that arithmetic is done in: f32 for the narrow floats, i1 for bool, otherwise the storage's.
mlir::Type computeType(mlir::Type element);

bool isUnsigned(mlir::Type element);

/// `memref<elements x storage>` of a tensor type: the form of every kernel's operand.
mlir::MemRefType bufferType(mlir::RankedTensorType tensor);

int64_t storageBytes(mlir::Type element);
int64_t bufferBytes(mlir::RankedTensorType tensor);

/// Vectors of stored elements as vectors of computed ones, and back (rounding to nearest even).
Value fromStorage(const IndexBuilder& ix, Value stored, mlir::Type element);
Value toStorage(const IndexBuilder& ix, Value computed, mlir::Type element);

/// A vector of `lanes` equal elements of the compute type.
Value splat(const IndexBuilder& ix, mlir::Type compute, double value, int64_t lanes);

/// A vector of converted elements. Errors: none; floats to whole numbers round toward zero.
Value convert(const IndexBuilder& ix, Value computed, mlir::Type from, mlir::Type to);

}  // namespace stator::cpu
