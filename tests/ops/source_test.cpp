// Rows of the ops that make values: constant, iota, count, random_uniform; and of detach and gradient.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

template <class D, class X> struct Like {
  static constexpr TensorSpec spec{D::dtype, X::tensor::spec.extents};
};
/// A counter along `Axis`, of the extents of `x`.
template <long Axis, class D, Operand X> auto counter(const X& x) {
  return Expr<tensor_from_t<Like<D, X>>>{perform_in(x.context, rule::Iota{Axis}, Like<D, X>::spec)};
}

constexpr auto slope = [](auto x) { return gradient(sum(tanh(x) * x), x); };

/// `x` after dropout, drawn from seed 0 at step 0.
template <double P, int Axes>
constexpr auto drop = [](auto x) { return stator::detail::drop<Axes>(x, RandomSite{x.context, 1234}, P); };

Row constant_row() {
  Row row("constant");
  row.at<F<3, 17>>([](auto x) { return x * 0.1 + 3; })
      .at<Tensor<i64, 17>>([](auto x) { return x + 3; })
      .at<Tensor<i64, 17>>([](auto x) { return x * 0.5; });
  return row;
}

Row iota_row() {
  Row row("iota");
  row.at<F<3, 17>>([](auto x) { return x * counter<1, f32>(x); })
      .at<F<5, 3>>([](auto x) { return x + cast<f32>(counter<0, i64>(x)); })
      .at<F<batch, 4>>([](auto x) { return x * counter<0, f32>(x); })
      .at<F<129, 515>>([](auto x) { return x * counter<1, f32>(x); });
  return row;
}

Row count_row() {
  Row row("count");
  row.at<F<3, 17>>([](auto x) { return x / apply<rule::Count{Integers(1)}>(x); })
      .at<F<batch, 17>>([](auto x) { return x / apply<rule::Count{Integers(0, 1)}>(x); })
      .at<F<batch, 17>>([](auto x) { return apply<rule::Count{Integers(0)}>(x); });
  return row;
}

Row random_uniform_row() {
  Row row("random_uniform");
  row.at<F<3, 17>>(drop<0.25, max_rank>)
      .at<F<batch, 17>>(drop<0.5, max_rank>)
      .at<F<4, 5, 3, 3>>(drop<0.5, 2>)
      .at<F<129, 515>>(drop<0.1, max_rank>)
      .at<F<7, 9>>([](auto x) { return drop<0.5, max_rank>(x) + drop<0.5, max_rank>(x); });
  return row;
}

Row detach_row() {
  Row row("detach");  // its gradient is no derivative: what is detached counts as a constant
  row.without_gradient().at<F<3, 17>>([](auto x) { return detach(x) * x; });
  return row;
}

Row recompute_row() {
  Row row("recompute");
  row.at<F<3, 17>>([](auto x) { return apply<rule::Recompute{1}>(tanh(x)) * x; })
      .at<F<batch, 5>>([](auto x) { return sum<0>(apply<rule::Recompute{1}>(x) * x); })
      .at<F<5, 3>, F<3, 4>>(
          [](auto x, auto y) { return matmul(apply<rule::Recompute{1}>(transpose(transpose(x))), y); });
  return row;
}

Row known_row() {
  Row row("known");  // where both operands are the same value, it is that
  row.at<F<3, 17>>([](auto x) { return apply<rule::Known{}>(tanh(x), tanh(x)) * x; })
      .at<F<3, 5>, F<5, 7>>([](auto x, auto y) { return square(apply<rule::Known{}>(matmul(x, y), matmul(x, y))); });
  return row;
}

/// The gradient of the squared length of a gradient: a derivative of second order.
template <Operand L, Operand X, Operand Y> auto second(const L& loss, const X& x, const Y& y) {
  return gradient(sum(square(gradient(loss, x))), y);
}

Row gradient_row() {
  Row row("gradient");
  row.without_gradient()
      .at<F<3, 17>>(slope)
      .at<F<batch, 17>>(slope)
      .at<F<3, 5>, F<5, 7>>([](auto a, auto b) {
        auto loss = sum(square(matmul(a, b)));
        return std::tuple(loss, gradient(loss, a), gradient(loss, b));
      })
      .at<F<3, 5>>([](auto x) { return gradient(sum(detach(x) * x), x); })
      .at<F<3, 5>, F<3, 5>>([](auto x, auto y) { return gradient(sum(x), y); })
      .at<F<3, 5>>([](auto x) {
        auto inner = tanh(x);
        return gradient(sum(inner * inner), inner);
      })
      .at<F<batch, 5>>([](auto x) { return second(mean(tanh(x) * x), x, x); })
      .at<F<3, 5>, F<5, 4>>([](auto x, auto w) { return second(sum(tanh(matmul(x, w))), x, w); })
      .at<F<2, 2, 7, 7>, F<3, 2, 3, 3>>([](auto x, auto w) { return second(sum(square(conv2d(x, w))), x, w); })
      .at<F<2, 2, 7, 7>, F<3, 2, 3, 3>>([](auto x, auto w) { return second(sum(square(conv2d(x, w))), w, x); })
      .at<F<2, 2, 6, 6>>([](auto x) { return second(sum(square(avg_pool2d<2>(x))), x, x); })
      .at<F<batch, 5>, Labels<5, batch>>([](auto x, auto y) { return second(cross_entropy(x, y), x, x); });
  return row;
}

/// Two gradients that are bounded together, and what `clip` gives.
template <class Clip> auto clipped(Clip clip) {
  return [clip](auto g0, auto g1) {
    Gradients all{{0, Value(g0), Value(g0)}, {1, Value(g1), Value(g1)}};
    auto given = clip(all);
    return std::tuple_cat(given, std::tuple(all[0].gradient, all[1].gradient));
  };
}

Row clip_grad_norm_row() {
  Row row("clip_grad_norm");
  row.without_gradient().at<F<17, 3>, F<33>>(clipped([](auto& all) { return std::tuple(clip_grad_norm(all, 1, 3)); }));
  for (const std::string& name : torch_cases_of("clip_grad_norm")) {
    const double limit = torch_case(name).number("max_norm"), type = torch_case(name).number("norm_type");
    row.torch<F<3, 4>, F<5>>(name, {{"in.g0", "in.g1"}, {"out.total_norm", "out.g0", "out.g1"}},
                             clipped([=](auto& all) { return std::tuple(clip_grad_norm(all, limit, type)); }));
  }
  return row;
}

Row clip_grad_value_row() {
  Row row("clip_grad_value");
  row.without_gradient();
  for (const std::string& name : torch_cases_of("clip_grad_value")) {
    const double limit = torch_case(name).number("clip_value");
    row.torch<F<3, 4>, F<5>>(name, {{"in.g0", "in.g1"}, {"out.g0", "out.g1"}}, clipped([=](auto& all) {
                               clip_grad_value(all, limit);
                               return std::tuple();
                             }));
  }
  return row;
}

}  // namespace

const std::vector<Row>& source_rows() {
  static const std::vector<Row> rows{constant_row(),       iota_row(),           count_row(), random_uniform_row(),
                                     detach_row(),         recompute_row(),      known_row(), gradient_row(),
                                     clip_grad_norm_row(), clip_grad_value_row()};
  return rows;
}

TEST_CASE("sources") { check_all(source_rows()); }

}  // namespace stator::tests
