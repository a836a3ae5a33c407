// The fields of StatorCall (runtime/abi.h) in generated code, and buffers as memrefs.
#pragma once

#include "compiler/cpu/fusion/element.h"
#include "compiler/memory/buffer.h"

namespace stator::cpu {

enum class CallField { state, arena, inputs, results, arguments, parallel, pool };

/// One call's StatorCall at the builder's place.
class CallFrame {
 public:
  CallFrame(const IndexBuilder& ix, Value call) : ix_(ix), call_(call) {}

  /// The pointer in a field.
  Value field(CallField field) const;
  /// Where a buffer begins.
  Value pointer(const memory::Buffer& buffer) const;
  /// Where the number of a loop's step stands, an i64 in the arena.
  Value counter(int64_t offset_bytes) const;
  /// What lies at a pointer, as a one-dimensional memref.
  Value memref(Value pointer, mlir::MemRefType type) const;

 private:
  Value number(int64_t value) const;
  Value moved(Value pointer, Value bytes) const;

  IndexBuilder ix_;
  Value call_;
};

}  // namespace stator::cpu
