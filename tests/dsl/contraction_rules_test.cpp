// Shape rules of matmul and the linear layer.
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"

using namespace shape_rules;

namespace {

constexpr Inferred matmul(const TensorSpec& a, const TensorSpec& b) { return infer(rule::Matmul{}, a, b); }
static_assert(gives(matmul(tensor(32, 784), tensor(784, 10)), tensor(32, 10)));
static_assert(gives(matmul(tensor(batch, 784), tensor(784, 10)), tensor(batch, 10)));
static_assert(gives(matmul(tensor(2, 3, 4, 5), tensor(2, 3, 5, 6)), tensor(2, 3, 4, 6)));
static_assert(gives(matmul(tensor(batch, steps, 8), tensor(batch, 8, steps)), tensor(batch, steps, steps)));
static_assert(gives(matmul(tensor(batch, steps, 8), tensor(8, 3)), tensor(batch, steps, 3)),
              "a matrix serves all leading axes");
static_assert(says(matmul(tensor(784), tensor(784, 10)), "matmul: an operand has fewer than two axes"));
static_assert(says(matmul(tensor(32, 784), tensor(785, 10)), "matmul: inner extents differ"));
static_assert(says(matmul(tensor(32, batch), tensor(32, 10)), "matmul: inner extents differ"));
static_assert(says(matmul(tensor(32, 784), as(stator::DType::f64, tensor(784, 10))), "matmul: dtypes differ"));
static_assert(says(matmul(tensor(4, 5), tensor(2, 5, 6)), "matmul: ranks differ"));
static_assert(says(matmul(tensor(2, 4, 5), tensor(3, 5, 6)), "matmul: leading extents differ"));

// The same through expressions and layers.
template <class Layer, class Input> using result = decltype(std::declval<const Layer&>()(std::declval<const Input&>()));
using Rows = X<stator::f32, stator::batch, stator::steps, 784>;
static_assert(
    is_a<decltype(stator::matmul(Rows{}, X<stator::f32, 784, 10>{})), stator::f32, stator::batch, stator::steps, 10>);
static_assert(is_a<result<stator::Linear<784, 10>, Rows>, stator::f32, stator::batch, stator::steps, 10>);
static_assert(
    is_a<result<stator::Linear<784, 10, false>, X<stator::f32, stator::batch, 784>>, stator::f32, stator::batch, 10>);

}  // namespace

TEST_CASE("a leading axis is merged into the rows of a matrix product") {
  stator::ProgramGraph program;
  stator::Function function;
  stator::Trace trace(program, function, false);
  X<stator::f32, stator::batch, stator::steps, 8> a{{&trace, trace.input(tensor(batch, steps, 8))}};
  X<stator::f32, 8, 3> b{{&trace, trace.input(tensor(8, 3))}};
  matmul(a, b);
  REQUIRE(function.graph.nodes[3].op == "matmul");
  CHECK(function.graph.nodes[3].spec == tensor(Extent(batch) * Extent(steps), 3));
  CHECK(function.graph.nodes[4].spec == tensor(batch, steps, 3));
}
