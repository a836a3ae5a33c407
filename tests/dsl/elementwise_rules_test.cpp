// Shape rules of elementwise ops: NumPy's broadcasting on numbers and symbols.
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"

using namespace shape_rules;

namespace {

constexpr Inferred add(const TensorSpec& a, const TensorSpec& b) { return infer(rule::add{}, a, b); }

static_assert(gives(add(tensor(2, 3), tensor(2, 3)), tensor(2, 3)));
static_assert(gives(add(tensor(2, 3), tensor(3)), tensor(2, 3)) && gives(add(tensor(3), tensor(2, 3)), tensor(2, 3)));
static_assert(gives(add(tensor(2, 1), tensor(1, 3)), tensor(2, 3)));
static_assert(gives(add(tensor(2, 3), tensor()), tensor(2, 3)), "a scalar meets everything");
static_assert(gives(add(tensor(batch, 3), tensor(3)), tensor(batch, 3)) &&
              gives(add(tensor(1, 3), tensor(batch, 1)), tensor(batch, 3)));
static_assert(gives(add(tensor(batch, steps), tensor(steps)), tensor(batch, steps)));
static_assert(gives(add(tensor(8, 1, 6, 1), tensor(7, 1, 5)), tensor(8, 7, 6, 5)), "the example of NumPy's manual");
static_assert(says(add(tensor(2, 3), tensor(2)), "add: extents do not broadcast"));
static_assert(says(add(tensor(batch), tensor(32)), "add: extents do not broadcast"), "a symbol equals itself alone");
static_assert(says(add(tensor(batch), tensor(steps)), "add: extents do not broadcast"));

// In the graph, operands have the result's extents already.
static_assert(gives(check(rule::add{}, tensor(2, 3), tensor(2, 3), tensor(2, 3)), tensor(2, 3)));
static_assert(says(check(rule::add{}, tensor(2, 3), tensor(2, 3), tensor(3)), "add: extents do not broadcast"));
static_assert(!check(rule::less{}, tensor(2), tensor(2), tensor(2)).ok(), "a comparison gives bool");

static_assert(gives(check(rule::Broadcast{}, tensor(2, 3), tensor(1, 3)), tensor(2, 3)));
static_assert(says(check(rule::Broadcast{}, tensor(2, 3), tensor(3)), "broadcast: the rank changes"));
static_assert(says(check(rule::Broadcast{}, tensor(2, 3), tensor(2, 2)), "broadcast: only an extent of 1 stretches"));
static_assert(says(check(rule::Broadcast{}, as(stator::DType::i64, tensor(2)), tensor(1)),
                   "broadcast: the dtype changes"));
static_assert(says(check(rule::Cast{}, tensor(3), as(stator::DType::i64, tensor(2))), "cast: the extents change"));

constexpr TensorSpec truth(TensorSpec spec) { return as(stator::DType::boolean, spec); }
static_assert(gives(infer(rule::Where{}, truth(tensor(2, 1)), tensor(3), tensor()), tensor(2, 3)));
static_assert(says(infer(rule::Where{}, tensor(2), tensor(2), tensor(2)), "where: the condition is not bool"));
static_assert(says(infer(rule::Where{}, truth(tensor(2)), tensor(3), tensor()), "where: extents do not broadcast"));
static_assert(says(check(rule::Where{}, tensor(2), tensor(2), tensor(2), tensor(2)),
                   "where: the condition is not bool"));
static_assert(says(check(rule::Where{}, tensor(2), truth(tensor(2)), tensor(2), tensor(1)),
                   "where: operands and result differ"));

// Every elementwise op names itself in its broken rule, so no row can be copied wrongly.
constexpr bool starts_with_its_name(std::string_view words, std::string_view name) {
  return words.substr(0, name.size()) == name && words.substr(name.size()) == ": extents do not broadcast";
}
#define STATOR_BINARY(NAME, ...) \
  static_assert(starts_with_its_name(infer(rule::NAME{}, tensor(2), tensor(3)).error, #NAME));
#define STATOR_COMPARISON(NAME, ...) STATOR_BINARY(NAME)
#define STATOR_LOGICAL(NAME, ...) STATOR_BINARY(NAME)
#include "compiler/interface/ops/elementwise.def"
#define STATOR_UNARY(NAME, ...) static_assert(infer(rule::NAME{}, tensor(batch, 2)).spec == tensor(batch, 2));
#include "compiler/interface/ops/elementwise.def"

// The same through expressions.
using stator::symbol::Symbol;
static_assert(is_a<decltype(X<stator::f32, stator::batch, 1>{} - X<stator::f32, 5>{}), stator::f32, stator::batch, 5>);
static_assert(is_a<decltype(where(X<stator::f32, 2>{} > 0, X<stator::f32, 2>{}, X<stator::f64>{})), stator::f64, 2>);
static_assert(
    is_a<decltype(stator::cast<stator::bf16>(X<stator::f32, 2, stator::steps>{})), stator::bf16, 2, stator::steps>);

}  // namespace

TEST_CASE("a value whose shape only the trace knows breaks the same rules at run time") {
  stator::ProgramGraph program;
  stator::Function function;
  stator::Trace trace(program, function, false);
  stator::Value a{{&trace, trace.input(tensor(2))}, tensor(2)}, b{{&trace, trace.input(tensor(3))}, tensor(3)};
  CHECK((a + a).spec == tensor(2));
  CHECK((a * 2.0).spec == tensor(2));
  CHECK_THROWS(a + b);
}
