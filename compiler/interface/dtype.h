// Element types: as tags that a tensor type is written with, and as a value that the compiler computes with.
#pragma once

#include <string_view>

namespace stator {

enum class DType : unsigned char { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

/// A tag per element type: what stands first in `Tensor<f32, batch, 784>`.
// clang-format off
struct f64 { static constexpr DType dtype = DType::f64; };
struct f32 { static constexpr DType dtype = DType::f32; };
struct f16 { static constexpr DType dtype = DType::f16; };
struct bf16 { static constexpr DType dtype = DType::bf16; };
struct i64 { static constexpr DType dtype = DType::i64; };
struct i32 { static constexpr DType dtype = DType::i32; };
struct i16 { static constexpr DType dtype = DType::i16; };
struct i8 { static constexpr DType dtype = DType::i8; };
struct u8 { static constexpr DType dtype = DType::u8; };
struct boolean { static constexpr DType dtype = DType::boolean; };

template <DType> struct dtype_tag;
template <> struct dtype_tag<DType::f64> { using type = f64; };
template <> struct dtype_tag<DType::f32> { using type = f32; };
template <> struct dtype_tag<DType::f16> { using type = f16; };
template <> struct dtype_tag<DType::bf16> { using type = bf16; };
template <> struct dtype_tag<DType::i64> { using type = i64; };
template <> struct dtype_tag<DType::i32> { using type = i32; };
template <> struct dtype_tag<DType::i16> { using type = i16; };
template <> struct dtype_tag<DType::i8> { using type = i8; };
template <> struct dtype_tag<DType::u8> { using type = u8; };
template <> struct dtype_tag<DType::boolean> { using type = boolean; };
// clang-format on

/// The tag of an element type that is known as a value.
template <DType D> using dtype_tag_t = typename dtype_tag<D>::type;

struct DTypeFacts {
  std::string_view name;
  int size_bytes;
  bool is_float;
  int rank;  // among its kind: the wider wins a promotion
};

constexpr DTypeFacts facts(DType type) {
  constexpr DTypeFacts table[]{{"f64", 8, true, 4},  {"f32", 4, true, 3},  {"f16", 2, true, 1},  {"bf16", 2, true, 2},
                               {"i64", 8, false, 5}, {"i32", 4, false, 4}, {"i16", 2, false, 3}, {"i8", 1, false, 2},
                               {"u8", 1, false, 1},  {"bool", 1, false, 0}};
  return table[static_cast<int>(type)];
}

constexpr std::string_view name_of(DType type) { return facts(type).name; }
constexpr int size_bytes(DType type) { return facts(type).size_bytes; }
constexpr bool is_float(DType type) { return facts(type).is_float; }

/// The type in which two operands meet. Source: torch.promote_types.
constexpr DType promote(DType a, DType b) {
  if (a == b) return a;
  if (is_float(a) != is_float(b)) return is_float(a) ? a : b;
  if (is_float(a)) {
    bool halves = size_bytes(a) == 2 && size_bytes(b) == 2;
    return halves ? DType::f32 : facts(a).rank > facts(b).rank ? a : b;
  }
  bool signedness_differs = (a == DType::u8 && b == DType::i8) || (a == DType::i8 && b == DType::u8);
  return signedness_differs ? DType::i16 : facts(a).rank > facts(b).rank ? a : b;
}

}  // namespace stator
