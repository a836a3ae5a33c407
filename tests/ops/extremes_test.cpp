// Rows of greatest and least elements with their indices, and of sorting.
#include "dsl/ops/extremes.h"
#include "dsl/ops/running.h"
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

constexpr auto both = [](const auto& found) { return std::tuple(found.values, found.indices); };

/// max or min: `extreme<axis>(x, keep...)` with indices, `extreme<>(x)` without.
template <class Extreme> Row with_indices(const std::string& op, const std::string& torch_op, Extreme extreme) {
  using X = F<2, 3, 4>;
  Row row(op);
  row.at<F<batch, 17>>([=](auto x) { return both(extreme.template operator()<1>(x)); })
      .template at<F<5, 33>>([=](auto x) { return both(extreme.template operator()<0>(x * 2.0)); })
      .template at<F<129, 515>>([=](auto x) { return both(extreme.template operator()<1>(x)); })
      .template at<Tensor<i64, 9, 33>>([=](auto x) { return both(extreme.template operator()<1>(x)); })
      .template at<F<7, 33>>([=](auto x) { return extreme.template operator()<>(x); })
      .template torch<X>(torch_op + "__all", [=](auto x) { return extreme.template operator()<>(x); })
      .template torch<F<5>>(torch_op + "__all_ties", [=](auto x) { return extreme.template operator()<>(x); })
      .template torch<X>(torch_op + "__dim-1_keep",
                         [=](auto x) { return both(extreme.template operator()<-1>(x, keepdim)); })
      .template torch<X>(torch_op + "__dim0", [=](auto x) { return both(extreme.template operator()<0>(x)); })
      .template torch<X>(torch_op + "__dim1", [=](auto x) { return both(extreme.template operator()<1>(x)); });
  return row;
}

Row max_row() {
  return with_indices("max_with_indices", "max",
                      []<int... Axis>(auto x, auto... keep) { return max<Axis...>(x, keep...); });
}

Row min_row() {
  return with_indices("min", "min", []<int... Axis>(auto x, auto... keep) { return min<Axis...>(x, keep...); });
}

Row amin_row() {
  using X = F<2, 3, 4>;
  Row row("amin");
  row.at<F<batch, 17>>([](auto x) { return amin<0>(x); })
      .at<F<5, 3, 33>>([](auto x) { return amin<0, 2>(x, keepdim); })
      .at<Tensor<i64, 3, 17>>([](auto x) { return amin<1>(x); })
      .torch<X>("amin__all", [](auto x) { return amin(x); })
      .torch<X>("amin__all_keep", [](auto x) { return amin(x, keepdim); })
      .torch<X>("amin__dim-1_keep", [](auto x) { return amin<-1>(x, keepdim); })
      .torch<X>("amin__dim0", [](auto x) { return amin<0>(x); })
      .torch<X>("amin__dim0_2", [](auto x) { return amin<0, 2>(x); })
      .torch<X>("amin__dim0_2_keep", [](auto x) { return amin<0, 2>(x, keepdim); })
      .torch<X>("amin__dim1", [](auto x) { return amin<1>(x); })
      .torch<F<2, 4>>("amin__ties", [](auto x) { return amin<1>(x); });
  return row;
}

Row argmin_row() {
  using X = F<2, 3, 4>;
  Row row("argmin");
  row.without_gradient()
      .at<F<batch, 10>>([](auto x) { return argmin(x); })
      .at<F<10, batch>>([](auto x) { return argmin<1>(x); })
      .at<Tensor<i64, 3, 17>>([](auto x) { return argmin<0>(x); })
      .special<F<9, 33>>([](auto x) { return argmin<1>(x); })
      .torch<X>("argmin__all", [](auto x) { return argmin(reshape<-1>(x)); })
      .torch<X>("argmin__dim-1_keep", [](auto x) { return unsqueeze<-1>(argmin<-1>(x)); })
      .torch<X>("argmin__dim0", [](auto x) { return argmin<0>(x); })
      .torch<X>("argmin__dim1", [](auto x) { return argmin<1>(x); })
      .torch<F<2, 4>>("argmin__ties", [](auto x) { return argmin<1>(x); });
  return row;
}

Row sort_row() {
  Row row("sort");
  row.domains({{-3, 3, true}})
      .without_gradient()
      .at<F<batch, 33>>([](auto x) { return both(sort(x)); })
      .at<F<17, 5>>([](auto x) { return both(sort<0, true>(x)); })
      .at<Tensor<i64, 3, 40>>([](auto x) { return both(sort<1, true>(x)); })
      .special<F<9, 33>>([](auto x) { return both(sort<1>(x)); })
      .torch<F<6>>("sort__stable", [](auto x) { return both(sort(x)); });
  return row;
}

Row sort_gradient_row() {
  using X = F<4, 5>;
  Row row("sort_gradient");
  row.at<F<batch, 17>>([](auto x) { return both(sort<1>(x)); })
      .torch<X>("sort__ascending", [](auto x) { return both(sort(x)); })
      .torch<X>("sort__descending", [](auto x) { return both(sort<-1, true>(x)); })
      .torch<X>("sort__dim0", [](auto x) { return both(sort<0>(x)); });
  return row;
}

Row argsort_row() {
  using X = F<4, 5>;
  Row row("argsort");
  row.torch<X>("argsort__ascending", [](auto x) { return argsort(x); })
      .torch<X>("argsort__descending", [](auto x) { return argsort<-1, true>(x); })
      .torch<X>("argsort__dim0", [](auto x) { return argsort<0>(x); });
  return row;
}

Row topk_row() {
  using X = F<4, 5>;
  Row row("topk");
  row.at<F<batch, 65>>([](auto x) { return both(topk<5>(x)); })
      .at<F<5, batch>>([](auto x) { return both(topk<2, 0>(x * 3.0)); })
      .torch<X>("topk__k2", [](auto x) { return both(topk<2>(x)); })
      .torch<X>("topk__k3_dim0", [](auto x) { return both(topk<3, 0>(x)); })
      .torch<X>("topk__smallest", [](auto x) { return both(topk<2, -1, false>(x)); });
  return row;
}

Row kthvalue_row() {
  Row row("kthvalue");
  row.at<F<batch, 17>>([](auto x) { return both(kthvalue<5>(x)); }).torch<F<4, 5>>("kthvalue__k2", [](auto x) {
    return both(kthvalue<2, 1>(x));
  });
  return row;
}

/// A running op over each axis, with PyTorch's cases `NAME__dim0` ...
template <class Op> Row running_row(const std::string& op, Op over) {
  using X = F<2, 3, 4>;
  Row row(op);
  row.at<F<batch, 17>>([=](auto x) { return over.template operator()<1>(x); })
      .template at<F<33, 5>>([=](auto x) { return over.template operator()<0>(x * 0.5); })
      .template torch<X>(op + "__dim-1", [=](auto x) { return over.template operator()<-1>(x); })
      .template torch<X>(op + "__dim0", [=](auto x) { return over.template operator()<0>(x); })
      .template torch<X>(op + "__dim1", [=](auto x) { return over.template operator()<1>(x); });
  return row;
}

Row prod_row() {
  using X = F<2, 3, 4>;
  Row row("prod");
  row.at<F<batch, 17>>([](auto x) { return prod<1>(x); })
      .at<F<7, 33>>([](auto x) { return prod<0>(x, keepdim); })
      .torch<X>("prod__all", [](auto x) { return prod(x); })
      .torch<X>("prod__dim-1_keep", [](auto x) { return prod<-1>(x, keepdim); })
      .torch<X>("prod__dim0", [](auto x) { return prod<0>(x); })
      .torch<X>("prod__dim1", [](auto x) { return prod<1>(x); })
      .torch<F<0, 3>>("prod__empty", [](auto x) { return prod<0>(x); })
      .torch<F<3, 3>>("prod__one_zero", [](auto x) { return prod<1>(x); })
      .torch<F<>>("prod__scalar", [](auto x) { return prod(x); });
  return row;
}

}  // namespace

const std::vector<Row>& extremes_rows() {
  static const std::vector<Row> rows{
      max_row(),
      min_row(),
      amin_row(),
      argmin_row(),
      sort_row(),
      sort_gradient_row(),
      argsort_row(),
      topk_row(),
      kthvalue_row(),
      prod_row(),
      running_row("cumsum", []<int Axis>(auto x) { return cumsum<Axis>(x); }),
      running_row("cumprod", []<int Axis>(auto x) { return cumprod<Axis>(x); }),
      running_row("logcumsumexp", []<int Axis>(auto x) { return logcumsumexp<Axis>(x); }),
      running_row("cummax", []<int Axis>(auto x) { return both(cummax<Axis>(x)); }),
      running_row("cummin", []<int Axis>(auto x) { return both(cummin<Axis>(x)); }),
  };
  return rows;
}

TEST_CASE("extremes, sorting and running reductions") { check_all(extremes_rows()); }

}  // namespace stator::tests
