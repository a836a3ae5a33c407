// Rows of the convolutions and their transposes.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

using C = rule::Conv2d;
constexpr Integers one{1, 1}, two{2, 2}, none{0, 0, 0, 0}, ring{1, 1, 1, 1};

/// A convolution, with a bias of `O` channels where there is a third operand.
template <rule::Conv2d Rule = rule::Conv2d{}> constexpr auto conv = [](auto x, auto weight, auto... bias) {
  auto y = conv2d<Rule>(x, weight);
  if constexpr (sizeof...(bias) == 0) return y;
  else return y + reshape<spec_of<decltype(weight)>.extents[0].number, 1, 1>(bias...);
};

template <rule::Conv2d Rule, auto... X, class W> void add_case(Row& row, const std::string& name, W) {
  constexpr long channels = W::spec.extents[0].number;
  row.torch<F<X...>, W, F<channels>>(name, conv<Rule>);
}

void add_torch_cases(Row& row) {
  add_case<C{}, 2, 3, 5, 6>(row, "conv2d__plain", F<4, 3, 3, 3>{});
  add_case<C{one, ring, one, 4}, 2, 4, 5, 5>(row, "conv2d__depthwise", F<4, 1, 3, 3>{});
  add_case<C{two, none, one, 3}, 1, 3, 5, 5>(row, "conv2d__depthwise_x2", F<6, 1, 3, 3>{});
  add_case<C{one, none, two, 1}, 1, 2, 7, 7>(row, "conv2d__dilation2", F<3, 2, 3, 3>{});
  add_case<C{one, none, one, 2}, 2, 4, 5, 5>(row, "conv2d__groups2", F<6, 2, 3, 3>{});
  add_case<C{}, 2, 4, 3, 3>(row, "conv2d__k1", F<5, 4, 1, 1>{});
  add_case<C{two}, 2, 4, 5, 5>(row, "conv2d__k1_stride2", F<5, 4, 1, 1>{});
  add_case<C{}, 1, 1, 8, 8>(row, "conv2d__k5", F<2, 1, 5, 5>{});
  add_case<C{one, ring}, 2, 2, 5, 5>(row, "conv2d__pad1", F<3, 2, 3, 3>{});
  add_case<C{{2, 1}, {1, 1, 0, 0}, {1, 2}}, 2, 2, 6, 7>(row, "conv2d__rectangular", F<3, 2, 2, 3>{});
  add_case<C{one, ring}, 2, 2, 5, 5>(row, "conv2d__same", F<3, 2, 3, 3>{});
  add_case<C{one, {2, 2, 2, 2}, two}, 1, 2, 6, 6>(row, "conv2d__same_dilation", F<3, 2, 3, 3>{});
  add_case<C{one, {0, 1, 1, 2}}, 1, 2, 5, 5>(row, "conv2d__same_even_kernel", F<3, 2, 2, 4>{});
  add_case<C{two}, 2, 2, 7, 7>(row, "conv2d__stride2", F<3, 2, 3, 3>{});
  add_case<C{two, ring}, 1, 2, 8, 6>(row, "conv2d__stride2_pad1_even", F<3, 2, 3, 3>{});
  add_case<C{{3, 3}}, 1, 2, 7, 7>(row, "conv2d__stride_over_kernel", F<2, 2, 2, 2>{});
  add_case<C{two}, 1, 2, 6, 6>(row, "conv2d__unused_edge", F<2, 2, 3, 3>{});
  add_case<C{}, 1, 2, 5, 5>(row, "conv2d__valid", F<3, 2, 3, 3>{});
  add_case<C{}, 2, 2, 4, 4>(row, "conv2d__whole_image", F<3, 2, 4, 4>{});
  row.torch<F<2, 3, 5, 6>, F<4, 3, 3, 3>>("conv2d__no_bias", conv<>);
  row.torch<F<2, 5, 5>, F<3, 2, 3, 3>, F<3>>("conv2d__unbatched", [](auto x, auto w, auto b) {
    return reshape<3, 3, 3>(conv<>(reshape<1, 2, 5, 5>(x), w, b));
  });
}

template <PaddingMode Mode> constexpr auto continued_conv = [](auto x, auto weight, auto... bias) {
  auto y = stator::detail::padded_convolution<C{one, ring}, Mode>(x, weight);
  if constexpr (sizeof...(bias) == 0) return y;
  else return y + reshape<spec_of<decltype(weight)>.extents[0].number, 1, 1>(bias...);
};

void add_padding_modes(Row& row) {
  using X = F<1, 2, 4, 4>;
  using W = F<2, 2, 3, 3>;
  row.torch<X, W, F<2>>("conv2d__padding_mode_circular", continued_conv<PaddingMode::circular>)
      .torch<X, W, F<2>>("conv2d__padding_mode_reflect", continued_conv<PaddingMode::reflect>)
      .torch<X, W, F<2>>("conv2d__padding_mode_replicate", continued_conv<PaddingMode::replicate>)
      .at<F<batch, 3, 7, 5>, F<2, 3, 3, 3>>(continued_conv<PaddingMode::reflect>);
}

/// Kernels, strides, dilations, groups and paddings beside each other.
void add_kinds(Row& row) {
  constexpr Integers three{3, 3}, wide{5, 5, 5, 5};
  row.at<F<batch, 4, 9, 8>, F<6, 4, 1, 1>>(conv<>)
      .at<F<2, 32, 7, 7>, F<16, 32, 1, 1>>(conv<C{two}>)
      .at<F<2, 3, 8, 8>, F<5, 3, 2, 2>>(conv<C{one, {0, 1, 0, 1}}>)
      .at<F<2, 2, 11, 13>, F<3, 2, 4, 5>>(conv<C{two, {1, 2, 2, 2}}>)
      .at<F<2, 1, 16, 16>, F<4, 1, 7, 7>>(conv<C{two, {3, 3, 3, 3}}>)
      .at<F<1, 2, 12, 12>, F<3, 2, 11, 11>>(conv<C{one, wide}>)
      .at<F<2, 3, 13, 12>, F<4, 3, 3, 3>>(conv<C{three, {2, 0, 1, 3}, two}>)
      .at<F<batch, 20, 6, 7>, F<20, 1, 3, 3>>(conv<C{one, ring, one, 20}>)
      .at<F<2, 17, 9, 9>, F<34, 1, 3, 3>>(conv<C{two, ring, one, 17}>)
      .at<F<2, 12, 7, 6>, F<8, 3, 3, 3>>(conv<C{two, ring, one, 4}>)
      .at<F<2, 10, 12, 12>, F<10, 10, 3, 3>>(conv<>)
      .at<F<3, 16, 16, 16>, F<32, 16, 3, 3>>(conv<C{two, ring}>)
      .at<F<2, 3, 7, 7>, F<2, 3, 2, 2>>(conv<C{three, none, one}>);
}

Row conv2d_row() {
  Row row("conv2d");
  row.covers({"conv2d_input_grad", "conv2d_weight_grad", "convolution", "convolution_weight_grad", "winograd_weight",
              "winograd_convolution"})
      .at<F<batch, 1, 9, 9>, F<3, 1, 3, 3>, F<3>>(conv<>)
      .at<F<batch, 3, 7, 8>, F<5, 3, 3, 3>>(conv<C{one, ring}>)
      .at<F<2, 16, 12, 11>, F<33, 16, 3, 3>, F<33>>([](auto x, auto w, auto b) { return relu(conv<>(x, w, b)); })
      .at<F<2, 17, 9, 9>, F<17, 17, 3, 3>>(conv<C{{2, 2}, ring}>)
      .at<F<3, 4, 6, 6>, F<6, 2, 3, 3>>(conv<C{one, ring, one, 2}>)
      .at<F<8, 16, 26, 26>, F<32, 16, 3, 3>>(conv<>);
  add_kinds(row);
  add_torch_cases(row);
  add_padding_modes(row);
  return row;
}

/// The same over sequences.
template <auto Rule> constexpr auto conv_along = [](auto x, auto weight, auto... bias) {
  auto y = conv1d<Rule>(x, weight);
  if constexpr (sizeof...(bias) == 0) return y;
  else return y + reshape<spec_of<decltype(weight)>.extents[0].number, 1>(bias...);
};

Row conv1d_row() {
  constexpr auto rule = [](stator::conv options, long kernel) { return options.rule1d(kernel); };
  Row row("conv1d");
  row.at<F<batch, 3, 9>, F<5, 3, 3>, F<5>>(conv_along<rule({}, 3)>)
      .at<F<2, 16, 20>, F<16, 4, 5>>(conv_along<rule({.stride = 2, .padding = 2, .groups = 4}, 5)>)
      .torch<F<1, 2, 8>, F<2, 2, 3>, F<2>>("conv1d__causal_like", conv_along<rule({.padding = 4, .dilation = 2}, 3)>)
      .torch<F<2, 3, 9>, F<2, 3, 3>, F<2>>("conv1d__dilation2", conv_along<rule({.dilation = 2}, 3)>)
      .torch<F<2, 4, 7>, F<6, 2, 3>, F<6>>("conv1d__groups2", conv_along<rule({.groups = 2}, 3)>)
      .torch<F<2, 3, 5>, F<4, 3, 1>, F<4>>("conv1d__k1", conv_along<rule({}, 1)>)
      .torch<F<2, 3, 8>, F<4, 3, 3>>("conv1d__no_bias", conv_along<rule({}, 3)>)
      .torch<F<2, 3, 8>, F<4, 3, 3>, F<4>>("conv1d__plain", conv_along<rule({}, 3)>)
      .torch<F<2, 3, 7>, F<2, 3, 3>, F<2>>("conv1d__same", conv_along<rule({.padding = same}, 3)>)
      .torch<F<2, 3, 7>, F<2, 3, 4>, F<2>>("conv1d__same_even", conv_along<rule({.padding = same}, 4)>)
      .torch<F<2, 3, 9>, F<4, 3, 3>, F<4>>("conv1d__stride2_pad1", conv_along<rule({.stride = 2, .padding = 1}, 3)>)
      .torch<F<3, 8>, F<4, 3, 3>, F<4>>("conv1d__unbatched", [](auto x, auto w, auto b) {
        return reshape<4, 6>(conv_along<stator::conv{}.rule1d(3)>(reshape<1, 3, 8>(x), w, b));
      });
  return row;
}

template <conv_transpose Options> constexpr auto transposed = [](auto x, auto weight, auto... bias) {
  auto y = conv_transpose2d<Options.rule()>(x, weight);
  if constexpr (sizeof...(bias) == 0) return y;
  else return y + reshape<spec_of<decltype(y)>.extents[1].number, 1, 1>(bias...);
};

void add_transposed_cases(Row& row) {
  using T = conv_transpose;
  row.torch<F<1, 3, 4, 4>, F<3, 1, 3, 3>, F<3>>("conv_transpose2d__depthwise", transposed<T{.groups = 3}>)
      .torch<F<1, 2, 4, 4>, F<2, 2, 3, 3>, F<2>>("conv_transpose2d__dilation2", transposed<T{.dilation = 2}>)
      .torch<F<1, 4, 3, 3>, F<4, 1, 3, 3>, F<2>>("conv_transpose2d__groups2", transposed<T{.groups = 2}>)
      .torch<F<2, 3, 4, 4>, F<3, 2, 3, 3>>("conv_transpose2d__no_bias", transposed<T{}>)
      .torch<F<2, 3, 4, 4>, F<3, 2, 3, 3>, F<2>>("conv_transpose2d__plain", transposed<T{}>)
      .torch<F<1, 2, 3, 4>, F<2, 3, 3, 2>, F<3>>(
          "conv_transpose2d__rectangular", transposed<T{.stride = {2, 3}, .padding = {1, 0}, .output_padding = {0, 1}}>)
      .torch<F<1, 3, 3, 4>, F<3, 2, 2, 2>, F<2>>("conv_transpose2d__stride2", transposed<T{.stride = 2}>)
      .torch<F<1, 3, 4, 4>, F<3, 2, 4, 4>, F<2>>("conv_transpose2d__stride2_pad1",
                                                 transposed<T{.stride = 2, .padding = 1}>)
      .torch<F<1, 3, 4, 4>, F<3, 2, 3, 3>, F<2>>("conv_transpose2d__stride2_pad1_outpad1",
                                                 transposed<T{.stride = 2, .padding = 1, .output_padding = 1}>)
      .torch<F<1, 2, 3, 3>, F<2, 2, 3, 3>, F<2>>("conv_transpose2d__stride3_outpad2",
                                                 transposed<T{.stride = 3, .output_padding = 2}>);
}

Row conv_transpose2d_row() {
  using T = conv_transpose;
  Row row("conv_transpose2d");
  row.at<F<batch, 5, 4, 6>, F<5, 3, 3, 3>, F<3>>(transposed<T{.stride = 2, .padding = 1, .output_padding = 1}>)
      .at<F<2, 32, 7, 7>, F<32, 16, 2, 2>>([](auto x, auto w) { return relu(transposed<T{.stride = 2}>(x, w)); })
      .at<F<batch, 4, 5, 5>, F<4, 2, 3, 3>>(transposed<T{.padding = 2}>)
      .at<F<1, 6, 4, 4>, F<6, 1, 3, 3>>(transposed<T{.stride = 2, .output_padding = 1, .groups = 6, .dilation = 2}>)
      .at<F<2, 3, 4, 5>, F<3, 2, 2, 3>>(transposed<T{.stride = {1, 2}, .output_padding = {2, 4}, .dilation = {3, 5}}>);
  add_transposed_cases(row);
  return row;
}

template <conv_transpose Options> constexpr auto transposed_along = [](auto x, auto weight, auto bias) {
  auto y = conv_transpose1d<Options.rule1d()>(x, weight);
  return y + reshape<spec_of<decltype(y)>.extents[1].number, 1>(bias);
};

Row conv_transpose1d_row() {
  constexpr conv_transpose strided{.stride = 2, .padding = 1, .output_padding = 1};
  Row row("conv_transpose1d");
  row.at<F<batch, 4, 6>, F<4, 3, 5>, F<6>>(transposed_along<conv_transpose{.stride = 3, .groups = 2}>)
      .torch<F<2, 3, 5>, F<3, 2, 3>, F<2>>("conv_transpose1d__plain", transposed_along<conv_transpose{}>)
      .torch<F<2, 3, 5>, F<3, 2, 3>, F<2>>("conv_transpose1d__stride2_outpad1", transposed_along<strided>);
  return row;
}

}  // namespace

const std::vector<Row>& convolution_rows() {
  static const std::vector<Row> rows{conv2d_row(), conv1d_row(), conv_transpose2d_row(), conv_transpose1d_row()};
  return rows;
}

TEST_CASE("convolutions") { check_all(convolution_rows()); }

}  // namespace stator::tests
