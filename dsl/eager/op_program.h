// One op as a program: what is compiled into an eager kernel, forward and backward.
#pragma once

#include <span>

#include "compiler/interface/graph.h"
#include "dsl/eager/view.h"

namespace stator::eager {

/// An operand as a kernel sees it: a dense tensor, and how the op reads it.
struct OperandFacts {
  DType dtype = DType::f32;
  Dims base;
  const View* view = nullptr;
};

/// An op on its operands. Its result lies densely as `result_base`, and `result_view` reads it as `result`.
struct OpFacts {
  std::string_view op;
  std::span<const Attribute> attributes;
  std::span<const OperandFacts> operands;
  TensorSpec result;
  Dims result_base;
  const View* result_view = nullptr;
};

/// A function "forward" of the operands' tensors that gives the result's.
ProgramGraph forward_program(const OpFacts& facts);

/// A function "backward" of the operands' tensors, the result's, and its cotangent; it gives the cotangent of each
/// operand that is `wanted`, bit by bit, in their order, dense in the extents of where the operand's gradient gathers.
ProgramGraph backward_program(const OpFacts& facts, uint64_t wanted);

/// A function "add" that adds its input [count] to the slot "sum" [count].
ProgramGraph accumulate_program(DType dtype, int64_t count);

}  // namespace stator::eager
