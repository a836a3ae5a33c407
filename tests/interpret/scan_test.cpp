// Loops by hand: running sums in both directions, their gradients, loops in loops, and what a cell may not do.
#include "compiler/interface/interpret.h"
#include "dsl/stator.h"
#include "runtime/error.h"
#include "tests/catch.h"
#include "tests/ops/row.h"

namespace stator::tests {
namespace {

using Elements = std::vector<double>;
using S = Tensor<f32>;
using X = Tensor<f32, 3>;

std::vector<TensorValue> run(const ProgramGraph& program, const std::vector<TensorValue>& inputs) {
  std::vector<TensorValue> state;
  return interpret(program, "f", {}, inputs, state);
}

TensorValue scalar(double value) { return {DType::f32, {}, {value}}; }
TensorValue three(Elements elements) { return {DType::f32, {3}, std::move(elements)}; }

std::string message_of(const ProgramGraph& program, const std::vector<TensorValue>& inputs) {
  try {
    run(program, inputs);
  } catch (const UserError& error) { return error.what(); }
  return "";
}

/// s' = 2 s + x, y = s' * s'.
constexpr auto doubling = [](auto s, auto x) {
  auto next = 2.0 * s + x;
  return hana::make_tuple(next, next * next);
};

}  // namespace

TEST_CASE("a scan carries its state from step to step, in either direction") {
  auto both = traced<S, X>("f", [](auto s, auto xs) {
    auto [last, ys] = scan(doubling, s, xs);
    auto [first, reversed] = scan<direction::reverse>(doubling, s, xs);
    return std::tuple(last, ys, first, reversed);
  });
  auto results = run(both, {scalar(1), three({1, 0, 2})});
  CHECK(results[0].elements == Elements{14});
  CHECK(results[1].elements == Elements{9, 36, 196});
  CHECK(results[2].elements == Elements{17});
  CHECK(results[3].elements == Elements{289, 64, 16});
}

TEST_CASE("several states and sequences, and values from outside") {
  auto program = traced<S, S, X, X>("f", [](auto a, auto b, auto xs, auto ys) {
    auto cell = [&](auto state, auto element) {
      auto [s, t] = std::pair(hana::at_c<0>(state), hana::at_c<1>(state));
      auto next = s + hana::at_c<0>(element) * hana::at_c<1>(element);
      return hana::make_tuple(hana::make_tuple(t, next), hana::make_tuple(s * b, next));
    };
    auto [state, stacks] = scan(cell, hana::make_tuple(a, b), hana::make_tuple(xs, ys));
    return std::tuple(hana::at_c<0>(state), hana::at_c<1>(state), hana::at_c<0>(stacks), hana::at_c<1>(stacks));
  });
  auto results = run(program, {scalar(1), scalar(10), three({1, 2, 3}), three({1, 1, 2})});
  CHECK(results[2].elements == Elements{10, 100, 20});  // states 1, 10, 2 times 10
  CHECK(results[3].elements == Elements{2, 12, 8});
  CHECK(results[0].elements == Elements{12});
  CHECK(results[1].elements == Elements{8});
}

TEST_CASE("the gradient of a scan reaches states, sequences and values from outside") {
  // s3 = w^3 s + w^2 x0 + w x1 + x2
  auto program = traced<S, S, X>("f", [](auto w, auto s, auto xs) {
    auto [last, none] =
        scan([&](auto state, auto x) { return hana::make_tuple(w * state + x, hana::make_tuple()); }, s, xs);
    return std::tuple(gradient(last, w), gradient(last, s), gradient(last, xs));
  });
  auto results = run(program, {scalar(2), scalar(5), three({1, 3, 7})});
  CHECK(results[0].elements == Elements{67});  // 3 w^2 s + 2 w x0 + x1
  CHECK(results[1].elements == Elements{8});
  CHECK(results[2].elements == Elements{4, 2, 1});
}

TEST_CASE("a loop within a loop, differentiated through both") {
  // Each outer step adds x times the sum of ys to the state.
  auto program = traced<S, X, X>("f", [](auto s, auto xs, auto ys) {
    auto outer = [&](auto state, auto x) {
      auto inner = [&](auto t, auto y) { return hana::make_tuple(t + x * y, t); };
      auto [next, partial] = scan(inner, state, ys);
      return hana::make_tuple(next, partial);
    };
    auto [last, partial] = scan(outer, s, xs);
    return std::tuple(last, partial, gradient(last, xs), gradient(last, ys));
  });
  auto results = run(program, {scalar(1), three({1, 2, 3}), three({4, 5, 6})});
  CHECK(results[0].elements == Elements{91});
  CHECK(results[1].elements == Elements{1, 5, 10, 16, 24, 34, 46, 58, 73});
  CHECK(results[2].elements == Elements{15, 15, 15});
  CHECK(results[3].elements == Elements{6, 6, 6});
}

TEST_CASE("the gradient of a gradient goes through the backward loop") {
  // s3 = x0 x1 x2 s: d2/dx0 dx1 = x2 s
  auto program = traced<S, X>("f", [](auto s, auto xs) {
    auto [last, none] = scan([](auto state, auto x) { return hana::make_tuple(state * x, hana::make_tuple()); }, s, xs);
    auto first = gradient(last, xs);
    return std::tuple(first, gradient(sum(first), xs));
  });
  auto results = run(program, {scalar(2), three({3, 5, 7})});
  CHECK(results[0].elements == Elements{70, 42, 30});
  CHECK(results[1].elements == Elements{24, 20, 16});
}

TEST_CASE("what the cell computes leaves it as a result alone") {
  auto program = traced<S, X>("f", [](auto s, auto xs) {
    Expr<S> leaked;
    auto cell = [&](auto state, auto x) {
      leaked = state * x;
      return hana::make_tuple(leaked, leaked);
    };
    auto [last, ys] = scan(cell, s, xs);
    return std::tuple(last, leaked * 2.0);
  });
  CHECK(message_of(program, {scalar(1), three({1, 2, 3})}) ==
        "scan: a value that the cell computes is used outside of it; return it from the cell instead");
}

}  // namespace stator::tests
