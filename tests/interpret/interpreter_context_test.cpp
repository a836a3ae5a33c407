// Ops as users call them, carried out at once on the interpreter's tensors.
#include "compiler/interface/interpret.h"
#include "compiler/interface/ops/contraction.h"
#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/reduction.h"
#include "dsl/parameter.h"
#include "runtime/error.h"
#include "tests/catch.h"

namespace stator::tests {

using Elements = std::vector<double>;

TEST_CASE("DSL code computes on interpreter tensors") {
  InterpreterContext context({batch = 2});
  auto x = context.tensor<Tensor<f32, batch, 3>>({1, 2, 3, -1, -2, -3});
  auto w = context.tensor<Tensor<f32, 3, 2>>({1, 0, 0, 1, 1, 1});
  auto y = relu(matmul(x, w) + 1.0);
  CHECK(context.value(y).elements == Elements{5, 6, 0, 0});
  CHECK(context.value(y).extents == std::vector<long>{2, 2});
  CHECK(context.value(sum(y)).elements == Elements{11});
  CHECK(context.value(argmax(y)).elements == Elements{1, 0});
}

TEST_CASE("elements must be as many as the type has") {
  InterpreterContext context({batch = 2});
  CHECK_THROWS_WITH((context.tensor<Tensor<f32, batch, 3>>({1, 2})),
                    ContainsSubstring("a type of 6 elements is given 2"));
  CHECK_THROWS_WITH((context.tensor<Tensor<f32, steps>>({1})), ContainsSubstring("steps is bound to no number"));
}

TEST_CASE("a gradient needs a graph") {
  InterpreterContext context;
  auto x = context.tensor<Tensor<f32, 2>>({1, 2});
  CHECK_THROWS_WITH(gradient(sum(x), x), ContainsSubstring("gradient: operations that are carried out at once"));
}

TEST_CASE("a buffer holds what it is assigned at once, and values read before stay as they were") {
  InterpreterContext context;
  Buffer<f32, 2> buffer;
  buffer.context = &context;
  buffer.id = context.tensor<Tensor<f32, 2>>({1, 2}).id;
  auto before = buffer.value();
  assign(buffer, before + 10.0);
  assign(buffer, buffer.value() * 2.0);
  CHECK(context.value(before).elements == Elements{1, 2});
  CHECK(context.value(buffer.value()).elements == Elements{22, 24});
}

TEST_CASE("each draw at a site has its own occurrence") {
  InterpreterContext context({}, /*training=*/true, /*seed=*/1, /*step=*/2);
  CHECK(context.training());
  Context::Draw first = context.draw(7), second = context.draw(7), other = context.draw(8);
  CHECK(first.occurrence == 0);
  CHECK(second.occurrence == 1);
  CHECK(other.occurrence == 0);
  CHECK(context.value({&context, first.seed}).elements == Elements{1});
  CHECK(context.value({&context, first.step}).elements == Elements{2});
}

}  // namespace stator::tests
