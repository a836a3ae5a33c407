// Products and convolutions at once are compiled with less straight code, and give the bits of compiled programs all
// the same.
#include <stator/eager.h>
#include <stator/stator.h>

#include <cmath>
#include <cstring>

#include "tests/catch.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

struct Product {
  constexpr auto operator()(auto a, auto b) const { return matmul(a, b); }
};
struct Convolution {
  constexpr auto operator()(auto x, auto w) const { return conv2d(x, w); }
};

NdArray waves(NdArray::Extents extents, double step) {
  NdArray array = NdArray::empty(DType::f32, std::move(extents));
  for (int64_t i = 0; i < array.element_count(); ++i)
    reinterpret_cast<float*>(array.bytes())[i] = static_cast<float>(std::sin(step * static_cast<double>(i)));
  return array;
}

/// One op at once and compiled.
template <class Op, TensorLike A, TensorLike B> void check(NdArray::Extents a, NdArray::Extents b) {
  const NdArray left = waves(std::move(a), 0.37), right = waves(std::move(b), 0.11);
  const auto whole = program<Op>(function<"multiply", A, B>([](const auto& net, auto x, auto y) { return net(x, y); }));
  State state = init(whole, seed(0));
  const NdArray compiled = compile(whole, test_options()).template call<"multiply">(state, left, right);
  Eager eager({.threads = 1, .cache = "off"});
  const NdArray at_once = eager.array(Op()(eager.tensor<A>(left), eager.tensor<B>(right)));
  REQUIRE(at_once.size_bytes() == compiled.size_bytes());
  CHECK(std::memcmp(at_once.bytes(), compiled.bytes(), static_cast<size_t>(compiled.size_bytes())) == 0);
}

}  // namespace

TEST_CASE("a product has the same bits at once and compiled") {
  check<Product, Tensor<f32, 37, 300>, Tensor<f32, 300, 29>>({37, 300}, {300, 29});
  check<Product, Tensor<f32, 64, 17>, Tensor<f32, 17, 130>>({64, 17}, {17, 130});
  check<Product, Tensor<f32, 3, 5, 64, 32>, Tensor<f32, 3, 5, 32, 48>>({3, 5, 64, 32}, {3, 5, 32, 48});
}

TEST_CASE("a convolution has the same bits at once and compiled") {
  check<Convolution, Tensor<f32, 2, 3, 11, 9>, Tensor<f32, 20, 3, 3, 3>>({2, 3, 11, 9}, {20, 3, 3, 3});
  check<Convolution, Tensor<f32, 2, 16, 20, 21>, Tensor<f32, 32, 16, 3, 3>>({2, 16, 20, 21}, {32, 16, 3, 3});
}

}  // namespace stator::tests
