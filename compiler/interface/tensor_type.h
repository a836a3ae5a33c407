// Tensor types as a user writes them: `Tensor<f32, batch, 1, 28, 28>`, `Labels<10, batch>`; and values of symbols.
#pragma once

#include <concepts>
#include <utility>

#include "compiler/interface/compile.h"
#include "compiler/interface/tensor_spec.h"

namespace stator {

/// `16 * batch`, `batch * steps` as a template argument that prints readably.
template <long Number, Symbol... Symbols> struct Times {
  static constexpr Extent extent() {
    Extent product(Number);
    ((product = product * Extent(Symbols)), ...);
    return product;
  }
  constexpr operator Extent() const { return extent(); }
};

/// A symbol as the user names it: an extent in a type, and bound by assignment in `compile(program, batch = 32)`.
template <Symbol S> struct SymbolName {
  /// Errors: none here; `compile` refuses a number below 1.
  constexpr Binding operator=(long number) const { return {S, number}; }
  constexpr operator Extent() const { return Extent(S); }
};
inline constexpr SymbolName<symbol::batch> batch;
inline constexpr SymbolName<symbol::steps> steps;
inline constexpr SymbolName<symbol::tokens> tokens;
inline constexpr SymbolName<symbol::samples> samples;

/// Extents as they stand in messages: `Shape<symbol::batch, 784>`.
template <auto... E> struct Shape {
  static constexpr Extents extents{0, E...};
};

namespace detail {
template <class Source, int Axis> constexpr auto extent_argument() {  // Source::spec is a TensorSpec
  constexpr Extent e = Source::spec.extents.at[Axis];
  constexpr Symbol s = e.symbols[0], t = e.symbols[1], u = e.symbols[2];
  if constexpr (s == symbol::none) return e.number;
  else if constexpr (t == symbol::none && e.number == 1) return s;
  else if constexpr (t == symbol::none) return Times<e.number, s>{};
  else if constexpr (u == symbol::none) return Times<e.number, s, t>{};
  else return Times<e.number, s, t, u>{};
}
template <std::integral N> constexpr long canonical(N number) { return static_cast<long>(number); }
template <Symbol S> constexpr Symbol canonical(SymbolName<S>) { return S; }
constexpr Symbol canonical(Symbol s) { return s; }
template <long N, Symbol... S> constexpr Times<N, S...> canonical(Times<N, S...> t) { return t; }
}  // namespace detail

template <Symbol A, Symbol B> constexpr auto operator*(SymbolName<A>, SymbolName<B>) {
  if constexpr (A < B) return Times<1, A, B>{};
  else return Times<1, B, A>{};
}

namespace type {
/// A tensor's type: element type and extents, each a number, a symbol or a product. Written `Tensor<f32, batch, 784>`.
template <class D, auto... E> struct Tensor {
  using shape = Shape<E...>;
  static constexpr TensorSpec spec{D::dtype, Extents{0, E...}};
};
/// Class indices in [0, Classes). Written `Labels<10, batch>`.
template <long Classes, auto... E> struct Labels {
  using shape = Shape<E...>;
  static constexpr TensorSpec spec{DType::i64, Extents{0, E...}, Classes};
};
}  // namespace type

template <class T> concept TensorLike = requires {
  typename T::shape;
  T::spec.extents;
};

namespace detail {
template <class D, auto... E> struct tensor {
  using type = type::Tensor<D, canonical(E)...>;
};
template <long C, auto... E> struct labels {
  using type = type::Labels<C, canonical(E)...>;
};

template <class Source, class Axes = std::make_integer_sequence<int, Source::spec.extents.rank>> struct from_spec;
template <class Source, int... Axis> struct from_spec<Source, std::integer_sequence<int, Axis...>> {
  using type = type::Tensor<dtype_tag_t<Source::spec.dtype>, extent_argument<Source, Axis>()...>;
};
}  // namespace detail

/// A dense tensor of element type `D`; 784 and 784L are the same extent.
template <class D, auto... E> using Tensor = typename detail::tensor<D, E...>::type;
/// i64 class indices below `Classes`, so that a head of another width does not compile.
template <long Classes, auto... E> using Labels = typename detail::labels<Classes, E...>::type;
/// The tensor type that `Source::spec` describes.
template <class Source> using tensor_from_t = typename detail::from_spec<Source>::type;

}  // namespace stator
