// Graphs of flat ops.
#include "dsl/eager/flat_program.h"

#include <algorithm>
#include <vector>

#include "runtime/text.h"

namespace stator::eager {
namespace {

/// The facts of a flat op for pieces of `count` elements.
class FlatFacts {
 public:
  FlatFacts(const OpFacts& facts, int64_t count) : facts_(facts) {
    const Dims piece{1, {count}}, one{1, {1}};
    stretched_.reshape({}, one);
    stretched_.broadcast(piece);
    for (const OperandFacts& operand : facts.operands)
      operands_.push_back(is_single(facts, operand) ? OperandFacts{operand.dtype, {}, &stretched_}
                                                    : OperandFacts{operand.dtype, piece, nullptr});
    facts_.operands = operands_;
    facts_.result = spec_of(facts.result.dtype, piece);
    facts_.result_base = piece;
    facts_.result_view = nullptr;
  }
  const OpFacts& get() const { return facts_; }

 private:
  OpFacts facts_;
  View stretched_;
  std::vector<OperandFacts> operands_;
};

}  // namespace

bool is_elementwise(std::string_view name) {
  static constexpr std::string_view names[]{
#define STATOR_UNARY(NAME, ...) #NAME,
#define STATOR_BINARY(NAME, ...) #NAME,
#define STATOR_COMPARISON(NAME, ...) #NAME,
#define STATOR_LOGICAL(NAME, ...) #NAME,
#include "compiler/interface/ops/elementwise.def"
      "where", "cast"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

ProgramGraph flat_program(const OpFacts& facts, uint64_t wanted) {
  ProgramGraph all;
  for (int64_t count : flat_pieces) {
    const FlatFacts piece(facts, count);
    ProgramGraph one = wanted ? backward_program(piece.get(), wanted) : forward_program(piece.get());
    one.functions.front().name = Name(concat(one.functions.front().name, count));
    all.functions.push_back(std::move(one.functions.front()));
  }
  return all;
}

}  // namespace stator::eager
