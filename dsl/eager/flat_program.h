// Elementwise ops without shapes: programs for pieces of a few sizes, of which any number of elements is made up.
#pragma once

#include "dsl/eager/op_program.h"
#include "dsl/eager/pieces.h"

namespace stator::eager {

/// Whether op `name` works on each element by itself.
bool is_elementwise(std::string_view name);

/// Whether an operand of a flat op is one element for all.
inline bool is_single(const OpFacts& facts, const OperandFacts& operand) {
  return operand.base.rank == 0 && facts.result_base.rank != 0;
}

/// A function for each of `flat_pieces`, in their order: the op on as many elements, or, where cotangents of operands
/// are `wanted` bit by bit, its derivative. Operands lie as the result does, or are one element for all.
ProgramGraph flat_program(const OpFacts& facts, uint64_t wanted);

}  // namespace stator::eager
