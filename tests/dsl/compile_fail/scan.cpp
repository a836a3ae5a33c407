// Loops whose sequences, states or cell do not fit.
#include <stator/stator.h>
namespace st = stator;
namespace hana = boost::hana;

using State = st::Expr<st::Tensor<st::f32, 2, 4>>;
#ifdef GOOD
using Xs = st::Expr<st::Tensor<st::f32, 7, 2, 4>>;
using Others = st::Expr<st::Tensor<st::f32, 7>>;
using None = st::Expr<st::Tensor<st::f32, 1>>;
using Wide = st::Expr<st::Tensor<st::f32, 7, 2, 4>>;
constexpr auto pair = [](auto s, auto x) { return hana::make_tuple(s + x, s); };
#else
using Xs = st::Expr<st::Tensor<st::f32, 7, 2, 4>>;
using Others = st::Expr<st::Tensor<st::f32, 8>>;
using None = st::Expr<st::Tensor<st::f32>>;
using Wide = st::Expr<st::Tensor<st::f32, 7, 3, 2, 4>>;
constexpr auto pair = [](auto s, auto x) { return s + x; };
#endif
constexpr auto step = [](auto s, auto x) { return hana::make_tuple(s + x, s); };
constexpr auto two = [](auto s, auto x) { return hana::make_tuple(s + hana::at_c<0>(x) * hana::at_c<1>(x), s); };

void broken(State s, Xs xs, Others others, None none, Wide wide) {
  // expect: scan: sequences differ in their first extent | Shape<2, 4>, tuple<Shape<7, 2, 4>, Shape<8>>
  auto differ = st::scan(two, s, hana::make_tuple(xs, others));
  // expect: scan: a sequence has no axis to scan along | Shape<2, 4>, Shape<>
  auto scalar = st::scan(step, s, none);
  // expect: scan: the new state is not of the state's type | Shape<2, 4>, Shape<3, 2, 4>
  auto state = st::scan(step, s, wide);
  // expect: scan: the cell does not return hana::make_tuple(new_state, y) | Expr
  auto single = st::scan(pair, s, xs);
}
