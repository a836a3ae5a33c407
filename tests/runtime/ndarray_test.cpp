// Arrays: views, conversions, equality, and every way to misuse them.
#include "runtime/ndarray.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;
using tests::error_of;

static NdArray counted(NdArray::Extents extents) {
  NdArray array = NdArray::empty(DType::i64, std::move(extents));
  std::iota(array.values<int64_t>().begin(), array.values<int64_t>().end(), 0);
  return array;
}

TEST_CASE("an array has extents, strides and aligned elements") {
  const NdArray array = NdArray::zeros(DType::f32, {2, 3, 4});
  CHECK(array.element_count() == 24);
  CHECK(array.size_bytes() == 96);
  CHECK(array.strides() == NdArray::Extents{12, 4, 1});
  CHECK(array.extent(-1) == 4);
  CHECK(array.is_contiguous());
  CHECK(reinterpret_cast<uintptr_t>(array.bytes()) % 64 == 0);
  for (float value : array.values<float>()) CHECK(value == 0);
  CHECK(NdArray().element_count() == 0);
  CHECK(NdArray::scalar(3.5).item() == 3.5);
  CHECK(NdArray::scalar(3.5).rank() == 0);
}

TEST_CASE("views share elements; clones do not") {
  NdArray array = counted({3, 4});
  NdArray turned = array.transpose(0, 1);
  CHECK(turned.extents() == NdArray::Extents{4, 3});
  CHECK(turned.at<int64_t>({1, 2}) == 9);
  CHECK_FALSE(turned.is_contiguous());
  CHECK(turned.shares_storage_with(array));
  turned.at<int64_t>({1, 2}) = 90;
  CHECK(array.at<int64_t>({2, 1}) == 90);
  const NdArray copy = turned.contiguous();
  CHECK_FALSE(copy.shares_storage_with(array));
  CHECK(copy == turned);
  CHECK(array.clone().shares_storage_with(array) == false);
}

TEST_CASE("reshape, permute, slice and select give the elements NumPy gives") {
  const NdArray array = counted({2, 3, 4});
  CHECK(array.reshape({6, -1}).at<int64_t>({5, 3}) == 23);
  CHECK(array.reshape({6, 4}).shares_storage_with(array));
  CHECK(array.permute({2, 0, 1}).at<int64_t>({3, 1, 2}) == 23);
  CHECK(array.permute({2, 0, 1}).reshape({-1}).at<int64_t>({1}) == 4);
  CHECK(array.slice(1, 1, 3).at<int64_t>({1, 0, 0}) == 16);
  CHECK(array.slice(-1, -3, -1, 2).extents() == NdArray::Extents{2, 3, 1});
  CHECK(array.slice(2, 0, 4, 3).contiguous() ==
        NdArray::from<int64_t>({0, 3, 4, 7, 8, 11, 12, 15, 16, 19, 20, 23}, {2, 3, 2}));
  CHECK(array.select(0, -1).at<int64_t>({2, 3}) == 23);
  CHECK(array.slice(0, 1, 1).element_count() == 0);
  CHECK(array.slice(1, 2, 3).reshape({2, 4}).at<int64_t>({1, 3}) == 23);
}

TEST_CASE("assign writes through a view") {
  NdArray array = NdArray::zeros(DType::f32, {2, 3});
  array.transpose(0, 1).select(0, 1).assign(NdArray::from({5.0f, 6.0f}, {2}));
  CHECK(array == NdArray::from({0.0f, 5.0f, 0.0f, 0.0f, 6.0f, 0.0f}, {2, 3}));
  CHECK(error_of([&] { array.assign(NdArray::zeros(DType::f32, {3, 2})); }) ==
        "assign: f32 [3, 2] does not fit f32 [2, 3]");
}

TEST_CASE("elements convert towards zero, within the range, and wrap between whole types") {
  const float infinity = std::numeric_limits<float>::infinity();
  const NdArray array = NdArray::from({1.9f, -1.9f, NAN, infinity, -infinity, 300.0f}, {6});
  CHECK(array.to(DType::i64) == NdArray::from<int64_t>({1, -1, 0, INT64_MAX, INT64_MIN, 300}, {6}));
  CHECK(array.to(DType::u8) == NdArray::from<uint8_t>({1, 0, 0, 255, 0, 255}, {6}));
  CHECK(array.to(DType::boolean) == NdArray::from({true, true, true, true, true, true}, {6}));
  CHECK(NdArray::from<int32_t>({300, -1}, {2}).to(DType::u8) == NdArray::from<uint8_t>({44, 255}, {2}));
  CHECK(NdArray::from({0.5, 2.0}, {2}).to(DType::bf16).to(DType::f64) == NdArray::from({0.5, 2.0}, {2}));
  CHECK(counted({2, 3}).transpose(0, 1).to(DType::f32).at<float>({2, 1}) == 5);
}

TEST_CASE("equality goes by value, same_bits by bits") {
  const NdArray zero = NdArray::scalar(0.0f), negative_zero = NdArray::scalar(-0.0f), nan = NdArray::scalar(NAN);
  CHECK(zero == negative_zero);
  CHECK_FALSE(same_bits(zero, negative_zero));
  CHECK_FALSE(nan == nan);
  CHECK(same_bits(nan, nan));
  CHECK_FALSE(zero == NdArray::scalar(0.0));
  CHECK_FALSE(counted({2, 3}) == counted({3, 2}));
}

TEST_CASE("a misuse of an array is one sentence with both values") {
  const NdArray array = counted({2, 3});
  CHECK(error_of([&] { array.data<float>(); }) == "tensor: elements are i64, but were read as f32");
  CHECK(error_of([&] { array.at<float>({0, 0}); }) == "tensor: elements are i64, but were read as f32");
  CHECK(error_of([&] { array.at<int64_t>({0, 3}); }) == "tensor: index [0, 3] lies outside extents [2, 3]");
  CHECK(error_of([&] { array.at<int64_t>({0}); }) == "tensor: index [0] lies outside extents [2, 3]");
  CHECK(error_of([&] { array.transpose(0, 1).data<int64_t>(); }) ==
        "tensor: i64 [3, 2] with strides [1, 3] is not contiguous; call contiguous() first");
  CHECK(error_of([&] { array.item(); }) == "tensor: item() needs one element, but i64 [2, 3] has 6");
  CHECK(error_of([&] { array.reshape({4}); }) == "reshape: [2, 3] has 6 elements, which [4] cannot hold");
  CHECK(error_of([&] { array.reshape({-1, 4}); }) == "reshape: [2, 3] has 6 elements, which [-1, 4] cannot hold");
  CHECK(error_of([&] { array.reshape({-1, -1}); }) == "reshape: [2, 3] has 6 elements, which [-1, -1] cannot hold");
  CHECK_THAT(error_of([&] { array.permute({0, 0}); }), ContainsSubstring("does not name each of the 2 axes"));
  CHECK_THAT(error_of([&] { array.permute({0}); }), ContainsSubstring("[0]"));
  CHECK(error_of([&] { array.extent(2); }) == "tensor: axis 2 lies outside the 2 axes of i64 [2, 3]");
  CHECK(error_of([&] { array.slice(1, 2, 4); }) == "slice: 2 to 4 by 1 does not lie within axis 1 of i64 [2, 3]");
  CHECK_THAT(error_of([&] { array.slice(1, 0, 2, 0); }), ContainsSubstring("by 0"));
  CHECK(error_of([&] { array.select(0, 2); }) == "select: index 2 lies outside axis 0 of i64 [2, 3]");
  CHECK(error_of([&] { NdArray::from({1.0f}, {2}); }) == "tensor: 1 values given for extents [2] of 2 elements");
  CHECK(error_of([&] { NdArray::zeros(DType::f32, {-1}); }) == "tensor: an extent of [-1] is below 0");
  CHECK_THAT(error_of([&] { NdArray::empty(DType::u8, {1L << 40, 1L << 40}); }), ContainsSubstring("memory can hold"));
  CHECK_THAT(error_of([&] { NdArray::from_bytes(DType::boolean, {1}, "\x02"); }), ContainsSubstring("a byte is 2"));
  CHECK_THAT(error_of([&] { NdArray::from_bytes(DType::f32, {1}, "abc"); }), ContainsSubstring("3 bytes given"));
}

TEST_CASE("f16 and bf16 round once, to nearest even") {
  CHECK(Half(1.0).bits == 0x3c00);
  CHECK(Half(65504.0).bits == 0x7bff);
  CHECK(Half(65519.99).bits == 0x7bff);
  CHECK(Half(65520.0).bits == 0x7c00);
  CHECK(Half(1e300).bits == 0x7c00);
  CHECK(Half(0x1p-24).bits == 1);
  CHECK(Half(0x1p-25).bits == 0);
  CHECK(Half(0x1.000001p-25).bits == 1);
  CHECK(Half(-0x1p-14).bits == 0x8400);
  CHECK(Half(0x1.ff8p-15).bits == 0x03ff);
  CHECK(Half(0x1.ffcp-15).bits == 0x0400);
  CHECK(Half(-0.0).bits == 0x8000);
  CHECK((Half(NAN).bits & 0x7fff) == 0x7e00);
  CHECK(Half(1 + 0x1p-11).bits == 0x3c00);
  CHECK(Half(1 + 3 * 0x1p-11).bits == 0x3c02);
  CHECK(Half(1 + 0x1p-11 + 0x1p-40).bits == 0x3c01);
  CHECK(BFloat16(1.0).bits == 0x3f80);
  CHECK(BFloat16(1 + 0x1p-8).bits == 0x3f80);
  CHECK(BFloat16(3.4e38).bits == 0x7f80);
  CHECK(BFloat16(0x1p-133).bits == 1);
}

TEST_CASE("every f16 and bf16 survives the way to double and back") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    Half half;
    BFloat16 brain;
    half.bits = brain.bits = static_cast<uint16_t>(bits);
    if (!std::isnan(static_cast<float>(half)) && Half(static_cast<double>(half)).bits != bits) FAIL(bits);
    if (!std::isnan(static_cast<float>(brain)) && BFloat16(static_cast<double>(brain)).bits != bits) FAIL(bits);
  }
}
