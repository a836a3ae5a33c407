// Rows of what arranges tensors: axes put in and taken out, pieces, stacks, masks by place.
#include <boost/hana/unpack.hpp>

#include "dsl/ops/arrange.h"
#include "dsl/ops/masking.h"
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

/// A hana::tuple as the std::tuple that rows record.
constexpr auto as_results = [](const auto& pieces) {
  return boost::hana::unpack(pieces, [](const auto&... piece) { return std::tuple(piece...); });
};

Row split_row() {
  using X = F<4, 5>;
  Row row("split");
  row.at<F<batch, 17>>([](auto x) { return as_results(split<5, 1>(x)); })
      .at<F<33, 6>>([](auto x) { return as_results(split<sizes<1, 30, 2>>(exp(x))); })
      .at<F<batch, 3, 48>>([](auto x) {
        auto parts = split<16, -1>(x);
        return boost::hana::unpack(parts, [](auto q, auto k, auto v) { return q * k + v; });
      })
      .torch<X>("split__size2", [](auto x) { return as_results(split<2, 1>(x)); })
      .torch<X>("split__size2_dim0", [](auto x) { return as_results(split<2>(x)); })
      .torch<X>("split__sizes", [](auto x) { return as_results(split<sizes<1, 3, 1>, 1>(x)); });
  return row;
}

Row chunk_row() {
  using X = F<4, 5>;
  Row row("chunk");
  row.at<F<batch, 34>>([](auto x) { return as_results(chunk<2, 1>(x)); })
      .torch<X>("chunk__2_dim0", [](auto x) { return as_results(chunk<2>(x)); })
      .torch<X>("chunk__2_dim1", [](auto x) { return as_results(chunk<2, 1>(x)); })
      .torch<X>("chunk__3_dim1", [](auto x) { return as_results(chunk<3, 1>(x)); });
  return row;
}

Row unbind_row() {
  Row row("unbind");
  row.at<F<batch, 3, 17>>([](auto x) { return as_results(unbind<1>(x)); }).torch<F<2, 3>>("unbind__dim1", [](auto x) {
    return as_results(unbind<1>(x));
  });
  return row;
}

Row stack_row() {
  using X = F<2, 3>;
  Row row("stack");
  row.at<F<batch, 17>, F<batch, 17>>([](auto a, auto b) { return stack<1>(a, b); })
      .at<F<3, 33>, F<3, 33>>([](auto a, auto b) { return stack(a * 2.0, b + 1.0); })
      .at<F<7>>([](auto a) { return stack(a); })
      .torch<X, X, X>("stack__dim-1", [](auto... x) { return stack<-1>(x...); })
      .torch<X, X, X>("stack__dim0", [](auto... x) { return stack<0>(x...); })
      .torch<X, X, X>("stack__dim1", [](auto... x) { return stack<1>(x...); });
  return row;
}

Row squeeze_row() {
  using X = F<2, 1, 3, 1>;
  Row row("squeeze");
  row.torch<X>("squeeze__all", [](auto x) { return squeeze(x); })
      .torch<X>("squeeze__dim-1", [](auto x) { return squeeze<-1>(x); })
      .torch<X>("squeeze__dim0_not_one", [](auto x) { return squeeze<0>(x); })
      .torch<X>("squeeze__dim1", [](auto x) { return squeeze<1>(x); });
  return row;
}

Row unsqueeze_row() {
  using X = F<2, 3>;
  Row row("unsqueeze");
  row.torch<X>("unsqueeze__dim-1", [](auto x) { return unsqueeze<-1>(x); })
      .torch<X>("unsqueeze__dim0", [](auto x) { return unsqueeze<0>(x); })
      .torch<X>("unsqueeze__dim1", [](auto x) { return unsqueeze<1>(x); });
  return row;
}

/// Slices as users write them; those of the rule are in movement_test.cpp.
Row slice_row() {
  using X = F<4, 7>;
  Row row("select");
  row.at<F<batch, 17>>([](auto x) { return slice<-1, 2, -3, 4>(x); })
      .at<F<batch, 17>>([](auto x) { return select<1, -2>(x) * 2.0; })
      .torch<F<2, 3, 4>>("select__dim0_m1", [](auto x) { return select<0, -1>(x); })
      .torch<F<2, 3, 4>>("select__dim1_2", [](auto x) { return select<1, 2>(x); })
      .torch<F<2, 3, 4>>("narrow__dim2", [](auto x) { return narrow<2, 1, 2>(x); })
      .torch<X>("slice__dim0_1_3_1", [](auto x) { return slice<0, 1, 3>(x); })
      .torch<X>("slice__dim1_0_7_2", [](auto x) { return slice<1, 0, to_end, 2>(x); })
      .torch<X>("slice__dim1_1_6_3", [](auto x) { return slice<1, 1, 6, 3>(x); })
      .torch<X>("slice__dim1_5_5_1", [](auto x) { return slice<1, 5, 5>(x); })
      .torch<X>("slice__dimm1_m3_m1_1", [](auto x) { return slice<-1, -3, -1>(x); })
      .torch<X>("slice__two_axes", [](auto x) { return slice<1, 2, 7, 3>(slice<0, 1, 4, 2>(x)); });
  return row;
}

Row masked_fill_row() {
  using X = F<3, 4>;
  constexpr auto fill = [](auto x, auto mask) { return masked_fill(x, mask, -2.0); };
  Row row("masked_fill");
  row.at<F<batch, 17>, Tensor<boolean, batch, 1>>(fill)
      .at<F<3, 33>, Tensor<boolean, 33>>(fill)
      .at<F<batch, 9>>([](auto x) { return where(x > 0.5, x, 0) + where(x < 0.0, 1.5, x); })
      .torch<X, Tensor<boolean, 3, 1>>("masked_fill__column", fill)
      .torch<X, Tensor<boolean, 4>>("masked_fill__row", fill)
      .torch<X, Tensor<boolean, 3, 4>>("masked_fill__same", fill)
      .torch<X, Tensor<boolean, 3, 4>>("masked_fill__minus_inf", [](auto x, auto mask) {
        return masked_fill(x, mask, -std::numeric_limits<double>::infinity());
      });
  return row;
}

template <class Triangle> Row triangle_row(const std::string& op, Triangle triangle) {
  using X = F<3, 4>;
  Row row(op);
  row.at<F<batch, 9, 9>>([=](auto x) { return triangle.template operator()<0>(x); })
      .template at<F<33, 17>>([=](auto x) { return triangle.template operator()<-3>(x + 1.0); })
      .template at<F<batch, batch>>([=](auto x) { return triangle.template operator()<0>(x); })
      .template torch<F<2, 3, 3>>(op + "__batch", [=](auto x) { return triangle.template operator()<0>(x); })
      .template torch<X>(op + "__diag-1", [=](auto x) { return triangle.template operator()<-1>(x); })
      .template torch<X>(op + "__diag-5", [=](auto x) { return triangle.template operator()<-5>(x); })
      .template torch<X>(op + "__diag0", [=](auto x) { return triangle.template operator()<0>(x); })
      .template torch<X>(op + "__diag1", [=](auto x) { return triangle.template operator()<1>(x); })
      .template torch<X>(op + "__diag3", [=](auto x) { return triangle.template operator()<3>(x); });
  return row;
}

}  // namespace

const std::vector<Row>& arrange_rows() {
  static const std::vector<Row> rows{
      split_row(),
      chunk_row(),
      unbind_row(),
      stack_row(),
      squeeze_row(),
      unsqueeze_row(),
      slice_row(),
      masked_fill_row(),
      triangle_row("tril", []<long Diagonal>(auto x) { return tril<Diagonal>(x); }),
      triangle_row("triu", []<long Diagonal>(auto x) { return triu<Diagonal>(x); }),
  };
  return rows;
}

TEST_CASE("arranging") { check_all(arrange_rows()); }

}  // namespace stator::tests
