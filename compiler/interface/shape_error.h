// How a mistake is told at compile time: a text and shapes as arguments of a class that nobody defines.
#pragma once

#include <cstddef>

namespace stator {

/// The characters of `s`; none for a null pointer.
constexpr std::size_t length_of(const char* s) {
  std::size_t n = 0;
  while (s && s[n]) ++n;
  return n;
}

/// A text that may stand as a template argument, and is printed by the compiler.
template <std::size_t N> struct text {
  char characters[N + 1]{};
  constexpr text(const char* s) {
    for (std::size_t i = 0; i < N; ++i) characters[i] = s[i];
    characters[N] = 0;  // written out: clang prints numbers instead of a text whose end it takes from the initializer
  }
  constexpr const char* c_str() const { return characters; }
};
template <std::size_t N> text(const char (&)[N]) -> text<N - 1>;

/// A broken shape rule and the shapes that broke it. Never defined: using one is the error message.
template <text Rule, class... Shapes> struct ShapeError;

/// A value whose meaning does not fit, and what to do instead. Never defined.
template <text Reason, class... Shapes> struct Advice;

}  // namespace stator
