// The transforms of Winograd's F(2 x 2, 3 x 3): y = At [(G w Gt) o (Bt d B)] A for a 4 x 4 piece d of an image, a 3 x 3
// kernel w and the 2 x 2 products y. For numbers and for vectors of them alike.
//
// Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2015, section 4.1.
#pragma once

#include <array>

namespace stator::winograd {

/// G, by rows: what a kernel's three taps add to its four transformed ones.
inline constexpr double weightRows[4][3]{{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};

template <class T> using Square4 = std::array<std::array<T, 4>, 4>;
template <class T> using Square2 = std::array<std::array<T, 2>, 2>;

/// Bt d for one column d: (d0 - d2, d1 + d2, d2 - d1, d1 - d3).
template <class T, class Add, class Subtract>
std::array<T, 4> inputColumn(const std::array<T, 4>& d, Add add, Subtract subtract) {
  return {subtract(d[0], d[2]), add(d[1], d[2]), subtract(d[2], d[1]), subtract(d[1], d[3])};
}

/// At m for one column m: (m0 + m1 + m2, m1 - m2 - m3).
template <class T, class Add, class Subtract>
std::array<T, 2> outputColumn(const std::array<T, 4>& m, Add add, Subtract subtract) {
  return {add(add(m[0], m[1]), m[2]), subtract(subtract(m[1], m[2]), m[3])};
}

/// Bt d B.
template <class T, class Add, class Subtract>
Square4<T> transformInput(const Square4<T>& d, Add add, Subtract subtract) {
  Square4<T> half{}, whole{};
  for (int j = 0; j < 4; ++j) {
    auto column = inputColumn<T>({d[0][j], d[1][j], d[2][j], d[3][j]}, add, subtract);
    for (int i = 0; i < 4; ++i) half[i][j] = column[i];
  }
  for (int i = 0; i < 4; ++i) whole[i] = inputColumn<T>(half[i], add, subtract);
  return whole;
}

/// At m A.
template <class T, class Add, class Subtract>
Square2<T> transformOutput(const Square4<T>& m, Add add, Subtract subtract) {
  std::array<std::array<T, 4>, 2> half{};
  Square2<T> whole{};
  for (int j = 0; j < 4; ++j) {
    auto column = outputColumn<T>({m[0][j], m[1][j], m[2][j], m[3][j]}, add, subtract);
    for (int i = 0; i < 2; ++i) half[i][j] = column[i];
  }
  for (int i = 0; i < 2; ++i) whole[i] = outputColumn<T>(half[i], add, subtract);
  return whole;
}

}  // namespace stator::winograd
