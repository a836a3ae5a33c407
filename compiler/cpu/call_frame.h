// The fields of StatorCall (runtime/abi.h) in generated code, and buffers as memrefs.
#pragma once

#include "compiler/cpu/fusion/element.h"

namespace stator::cpu {

enum class CallField { state, arena, inputs, results, arguments, parallel, pool };

/// One call's StatorCall at the builder's place.
class CallFrame {
 public:
  CallFrame(const IndexBuilder& ix, Value call) : ix_(ix), call_(call) {}

  /// The pointer in a field.
  Value field(CallField field) const;
  /// What lies at a pointer, as a one-dimensional memref.
  Value memref(Value pointer, mlir::MemRefType type) const;

 private:
  IndexBuilder ix_;
  Value call_;
};

}  // namespace stator::cpu
