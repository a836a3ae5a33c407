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

/// How elements are reduced to one.
enum class Reduction { sum, max };

/// A function "accumulate" that adds its input [count] to the slot "sum" [count]; of `max`, the slot becomes the
/// greater of both.
ProgramGraph accumulate_program(Reduction reduction, DType dtype, int64_t count);

/// A function "rows" that reduces each row of its input [flat_pieces[0] / length, length]; gives
/// [flat_pieces[0] / length].
ProgramGraph rows_program(Reduction reduction, DType dtype, int64_t length);

/// A function "columns" that adds each column of its input [flat_pieces[0] / width, width] to the slot "sum" [width];
/// of `max`, the slot becomes the greatest of all.
ProgramGraph columns_program(Reduction reduction, DType dtype, int64_t width);

/// A function "spread" of as many elements, of which each fills a row of `length` of its result.
ProgramGraph spread_program(DType dtype, int64_t length);

}  // namespace stator::eager
