// Printing: texts that PyTorch prints for the same tensors.
#include "runtime/print.h"

#include <limits>
#include <numeric>
#include <sstream>

#include "tests/catch.h"

using namespace stator;

TEST_CASE("small tensors print as in PyTorch") {
  CHECK(to_string(NdArray::from({1.0f, 2.0f, 3.0f, 4.0f}, {2, 2})) == "tensor([[1., 2.],\n        [3., 4.]])");
  CHECK(to_string(NdArray::from({1.5f, -2.0f}, {2})) == "tensor([ 1.5000, -2.0000])");
  CHECK(to_string(NdArray::scalar(3.5f)) == "tensor(3.5000)");
  CHECK(to_string(NdArray::scalar(int64_t{7})) == "tensor(7)");
  CHECK(to_string(NdArray::from<int64_t>({1, -20}, {2})) == "tensor([  1, -20])");
  CHECK(to_string(NdArray::from<int32_t>({1}, {1})) == "tensor([1], dtype=i32)");
  CHECK(to_string(NdArray::from({true, false}, {2})) == "tensor([ True, False])");
  CHECK(to_string(NdArray::zeros(DType::f32, {3})) == "tensor([0., 0., 0.])");
  CHECK(to_string(NdArray::zeros(DType::f32, {0})) == "tensor([])");
  CHECK(to_string(NdArray::zeros(DType::f64, {0, 3})) == "tensor([], size=(0, 3), dtype=f64)");
}

TEST_CASE("the notation is chosen for the whole tensor") {
  CHECK(to_string(NdArray::from({1e-5f, 1.0f}, {2})) == "tensor([1.0000e-05, 1.0000e+00])");
  CHECK(to_string(NdArray::from({1e9f, 1.0f}, {2})) == "tensor([1.0000e+09, 1.0000e+00])");
  CHECK(to_string(NdArray::from({0.5f, 600.0f}, {2})) == "tensor([5.0000e-01, 6.0000e+02])");
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(to_string(NdArray::from({1.0f, infinity, -infinity, std::nanf("")}, {4})) == "tensor([1., inf, -inf, nan])");
}

TEST_CASE("three axes are set apart by blank lines, long rows are broken") {
  CHECK(to_string(NdArray::zeros(DType::f32, {2, 1, 2})) == "tensor([[[0., 0.]],\n\n        [[0., 0.]]])");
  NdArray row = NdArray::empty(DType::i64, {30});
  std::iota(row.values<int64_t>().begin(), row.values<int64_t>().end(), 0);
  CHECK(to_string(row) ==
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
        "        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])");
}

TEST_CASE("over 1,000 elements only the ends are shown") {
  NdArray row = NdArray::empty(DType::i64, {1001});
  std::iota(row.values<int64_t>().begin(), row.values<int64_t>().end(), 0);
  CHECK(to_string(row) == "tensor([   0,    1,    2,  ...,  998,  999, 1000])");
  std::ostringstream out;
  out << NdArray::zeros(DType::f32, {1000, 2});
  CHECK(out.str() ==
        "tensor([[0., 0.],\n        [0., 0.],\n        [0., 0.],\n        ...,\n        [0., 0.],\n        [0., 0.],\n"
        "        [0., 0.]])");
}
