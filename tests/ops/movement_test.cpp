// Rows of the ops that move elements: broadcast, reshape, permute, slice, pad, flip, cat.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

/// `x` stretched to `E`, which has its rank.
template <auto... E, Operand X> auto broadcast_to(const X& x) {
  using To = Tensor<dtype_tag_t<X::tensor::spec.dtype>, E...>;
  return Expr<To>{{stator::detail::convert(rule::Broadcast::name, x, To::spec)}};
}

Row broadcast_row() {
  Row row("broadcast");
  row.at<F<3, 1>>([](auto x) { return broadcast_to<3, 17>(x); })
      .at<F<1, 33>>([](auto x) { return broadcast_to<5, 33>(x); })
      .at<F<1, 1, 1>>([](auto x) { return broadcast_to<2, 3, 4>(x); })
      .at<F<2, 1, 7>>([](auto x) { return broadcast_to<2, 65, 7>(x); })
      .at<F<batch, 1>>([](auto x) { return broadcast_to<batch, 17>(x); })
      .at<F<1, 515>>([](auto x) { return broadcast_to<129, 515>(x); })
      .at<Tensor<i64, 3, 1>>([](auto x) { return broadcast_to<3, 17>(x); })
      .torch<F<1, 4>>("expand__1x4_to_m1x4", [](auto x) { return broadcast_to<1, 4>(x); })
      .torch<F<3, 1>>("expand__3x1_to_3x4", [](auto x) { return broadcast_to<3, 4>(x); })
      .torch<F<3, 1>>("expand__3x1_to_2x3x4", [](auto x) { return broadcast_to<2, 3, 4>(reshape<1, 3, 1>(x)); })
      .torch<F<4>>("expand__4_to_2x3x4", [](auto x) { return broadcast_to<2, 3, 4>(reshape<1, 1, 4>(x)); });
  return row;
}

Row reshape_row() {
  Row row("reshape");
  row.at<F<3, 34>>([](auto x) { return reshape<17, 6>(x); })
      .at<F<batch, 3, 5>>([](auto x) { return flatten(x); })
      .at<F<batch, 6>>([](auto x) { return relu(reshape<batch, 2, 3>(x)); })
      .at<F<129, 515>>([](auto x) { return reshape<-1>(x) * 2.0; })
      .at<Tensor<i64, 3, 4>>([](auto x) { return reshape<12>(x); })
      .torch<F<2, 3, 4>>("reshape__2x12", [](auto x) { return reshape<2, 12>(x); })
      .torch<F<2, 3, 4>>("reshape__2x1x3x4", [](auto x) { return reshape<2, 1, 3, 4>(x); })
      .torch<F<2, 3, 4>>("reshape__4xm1x2", [](auto x) { return reshape<4, -1, 2>(x); })
      .torch<F<2, 3, 4>>("reshape__6x4", [](auto x) { return reshape<6, 4>(x); })
      .torch<F<2, 3, 4>>("reshape__m1", [](auto x) { return reshape<-1>(x); })
      .torch<F<2, 3, 2, 2>>("flatten__0_-1", [](auto x) { return flatten<0, -1>(x); })
      .torch<F<2, 3, 2, 2>>("flatten__0_1", [](auto x) { return flatten<0, 1>(x); })
      .torch<F<2, 3, 2, 2>>("flatten__1_-1", [](auto x) { return flatten<1, -1>(x); })
      .torch<F<2, 3, 2, 2>>("flatten__1_2", [](auto x) { return flatten<1, 2>(x); })
      .torch<F<2, 1, 3, 1>>("squeeze__all", [](auto x) { return reshape<2, 3>(x); })
      .torch<F<2, 3>>("unsqueeze__dim-1", [](auto x) { return reshape<2, 3, 1>(x); })
      .torch<F<2, 3>>("unsqueeze__dim0", [](auto x) { return reshape<1, 2, 3>(x); });
  return row;
}

Row permute_row() {
  Row row("permute");
  row.at<F<3, 17>>([](auto x) { return transpose(x); })
      .at<F<batch, 3, 5, 7>>([](auto x) { return permute<0, 2, 3, 1>(x); })
      .at<F<batch, 33>>([](auto x) { return transpose(x); })
      .at<F<2, 3, 4, 5, 6>>([](auto x) { return permute<4, 2, 0, 3, 1>(x); })
      .at<F<129, 515>>([](auto x) { return transpose(x) + 1.0; })
      .at<F<17, 33>, F<33, 17>>([](auto x, auto y) { return transpose(x) * y; })
      .at<Tensor<i64, 3, 17>>([](auto x) { return transpose(x); })
      .torch<F<2, 3, 4>>("permute__012", [](auto x) { return permute<0, 1, 2>(x); })
      .torch<F<2, 3, 4>>("permute__0m11", [](auto x) { return permute<0, -1, 1>(x); })
      .torch<F<2, 3, 4>>("permute__102", [](auto x) { return permute<1, 0, 2>(x); })
      .torch<F<2, 3, 4>>("permute__201", [](auto x) { return permute<2, 0, 1>(x); })
      .torch<F<2, 3, 2, 2>>("permute__4d", [](auto x) { return permute<0, 2, 3, 1>(x); })
      .torch<F<2, 3, 4>>("transpose__-2_-1", [](auto x) { return transpose(x); })
      .torch<F<2, 3, 4>>("transpose__0_1", [](auto x) { return transpose<0, 1>(x); })
      .torch<F<2, 3, 4>>("transpose__0_2", [](auto x) { return transpose<0, 2>(x); })
      .torch<F<2, 3, 4>>("transpose__1_2", [](auto x) { return transpose<1, 2>(x); });
  return row;
}

template <rule::Slice Rule> constexpr auto slice = [](auto x) { return apply<Rule>(x); };

Row slice_row() {
  using S = rule::Slice;
  Row row("slice");
  row.at<F<33>>(slice<S{{1}, {32}, {1}}>)
      .at<F<batch, 17>>(slice<S{{0, 2}, {-1, 16}, {1, 3}}>)
      .at<F<3, 5, 7>>(slice<S{{0, 1, 2}, {2, 5, 7}, {1, 2, 1}}>)
      .at<F<129, 515>>(slice<S{{1, 0}, {129, 513}, {1, 1}}>)
      .at<Tensor<i64, 7>>(slice<S{{2}, {6}, {2}}>)
      .torch<F<4, 7>>("slice__dim0_1_3_1", slice<S{{1, 0}, {3, 7}, {1, 1}}>)
      .torch<F<4, 7>>("slice__dim1_0_7_2", slice<S{{0, 0}, {4, 7}, {1, 2}}>)
      .torch<F<4, 7>>("slice__dim1_1_6_3", slice<S{{0, 1}, {4, 6}, {1, 3}}>)
      .torch<F<4, 7>>("slice__dimm1_m3_m1_1", slice<S{{0, 4}, {4, 6}, {1, 1}}>)
      .torch<F<4, 7>>("slice__dim1_5_5_1", slice<S{{0, 5}, {4, 5}, {1, 1}}>)
      .torch<F<4, 7>>("slice__two_axes", slice<S{{1, 2}, {4, 7}, {2, 3}}>)
      .torch<F<2, 3, 4>>("narrow__dim2", slice<S{{0, 0, 1}, {2, 3, 3}, {1, 1, 1}}>);
  return row;
}

template <rule::Pad Rule> constexpr auto pad = [](auto x) { return apply<Rule>(x); };

Row pad_row() {
  using P = rule::Pad;
  Row row("pad");
  row.at<F<17>>(pad<P{{1}, {2}, {0}, 0.5}>)
      .at<F<3, 5>>(pad<P{{1, 0}, {0, 2}, {2, 1}, 0}>)
      .at<F<batch, 7>>(pad<P{{0, 3}, {0, 1}, {0, 0}, -1}>)
      .at<F<2, 3, 9, 9>>(pad<P{{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 0, 0}, 0}>)
      .at<F<129, 511>>(pad<P{{2, 3}, {1, 1}, {0, 0}, 0}>)
      .at<Tensor<i64, 5>>(pad<P{{1}, {1}, {1}, 7}>)
      .torch<F<2, 3>>("pad__constant_1d", pad<P{{0, 1}, {0, 2}, {0, 0}, 0}>)
      .torch<F<2, 3>>("pad__constant_value", pad<P{{0, 1}, {1, 2}, {0, 0}, 1.5}>)
      .torch<F<1, 2, 3, 3>>("pad__constant_2d", pad<P{{0, 0, 2, 1}, {0, 0, 0, 1}, {0, 0, 0, 0}, -1}>);
  return row;
}

template <int... Axes> constexpr auto flip = [](auto x) { return apply<rule::Flip{Integers(Axes...)}>(x); };

Row flip_row() {
  Row row("flip");
  row.at<F<17>>(flip<0>)
      .at<F<batch, 33>>(flip<1>)
      .at<F<2, 3, 5, 7>>(flip<2, 3>)
      .at<F<129, 515>>(flip<0, 1>)
      .at<Tensor<i64, 3, 4>>(flip<1>)
      .torch<F<2, 3, 4>>("flip__0", flip<0>)
      .torch<F<2, 3, 4>>("flip__02", flip<0, 2>)
      .torch<F<2, 3, 4>>("flip__1", flip<1>)
      .torch<F<2, 3, 4>>("flip__m1", flip<2>);
  return row;
}

using shape_rules::as, shape_rules::gives, shape_rules::infer, shape_rules::says, shape_rules::tensor;
static_assert(gives(infer(rule::Cat{1}, tensor(batch, 3), tensor(batch, 4)), tensor(batch, 7)));
static_assert(says(infer(rule::Cat{0}, tensor(3)), "cat: fewer than two operands"));
static_assert(says(infer(rule::Cat{1}, tensor(3), tensor(3)), "cat: the axis is not one of the operands'"));
static_assert(says(infer(rule::Cat{0}, tensor(3), as(DType::i64, tensor(3))), "cat: dtypes differ"));
static_assert(says(infer(rule::Cat{0}, tensor(3), tensor(3, 1)), "cat: ranks differ"));
static_assert(says(infer(rule::Cat{0}, tensor(batch, 3), tensor(1, 3)), "cat: a symbolic extent cannot be joined"));
static_assert(says(infer(rule::Cat{0}, tensor(2, 3), tensor(2, 4)), "cat: extents beside the joined axis differ"));

Row cat_row() {
  Row row("cat");
  row.at<F<17>, F<3>>([](auto a, auto b) { return cat<0>(a, b); })
      .at<F<batch, 3>, F<batch, 14>, F<batch, 16>>([](auto a, auto b, auto c) { return cat<1>(a, b, c); })
      .at<F<2, 3, 4>, F<2, 5, 4>>([](auto a, auto b) { return cat<-2>(a, b) * 2.0; })
      .at<F<2, 3>, F<0, 3>>([](auto a, auto b) { return cat<0>(a, b); })
      .at<F<129, 257>, F<129, 258>>([](auto a, auto b) { return cat<1>(a, b); })
      .at<Tensor<i64, 3, 4>, Tensor<i64, 3, 1>>([](auto a, auto b) { return cat<1>(a, b); })
      .special<F<9, 16>, F<9, 17>>([](auto a, auto b) { return cat<1>(a, b); })
      .torch<F<2, 3>, F<1, 3>, F<3, 3>>("cat__dim0", [](auto a, auto b, auto c) { return cat<0>(a, b, c); })
      .torch<F<2, 3>, F<2, 1>>("cat__dim1", [](auto a, auto b) { return cat<1>(a, b); })
      .torch<F<2, 2, 1>, F<2, 2, 3>>("cat__dim-1", [](auto a, auto b) { return cat<-1>(a, b); });
  return row;
}

}  // namespace

const std::vector<Row>& movement_rows() {
  static const std::vector<Row> rows{broadcast_row(), reshape_row(), permute_row(), slice_row(),
                                     pad_row(),       flip_row(),    cat_row()};
  return rows;
}

TEST_CASE("movement ops") { check_all(movement_rows()); }

}  // namespace stator::tests
