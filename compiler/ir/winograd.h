// The transforms of Winograd's F(2 x 2, 3 x 3): y = At [(G w Gt) o (Bt d B)] A for a 4 x 4 piece d of an image, a 3 x 3
// kernel w and the 2 x 2 products y. For numbers and for vectors of them alike.
//
// Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2015, section 4.1.
#pragma once

#include <array>

namespace stator::winograd {

template <class T> using Square3 = std::array<std::array<T, 3>, 3>;
template <class T> using Square4 = std::array<std::array<T, 4>, 4>;
template <class T> using Square2 = std::array<std::array<T, 2>, 2>;

/// G w for one column w: (w0, (w0 + w2 + w1) / 2, (w0 + w2 - w1) / 2, w2).
template <class T, class Add, class Subtract, class Halve>
std::array<T, 4> weightColumn(const std::array<T, 3>& w, Add add, Subtract subtract, Halve halve) {
  T outer = add(w[0], w[2]);
  return {w[0], halve(add(outer, w[1])), halve(subtract(outer, w[1])), w[2]};
}

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

/// G w Gt.
template <class T, class Add, class Subtract, class Halve>
Square4<T> transformWeight(const Square3<T>& w, Add add, Subtract subtract, Halve halve) {
  std::array<std::array<T, 3>, 4> half{};
  Square4<T> whole{};
  for (int j = 0; j < 3; ++j) {
    auto column = weightColumn<T>({w[0][j], w[1][j], w[2][j]}, add, subtract, halve);
    for (int i = 0; i < 4; ++i) half[i][j] = column[i];
  }
  for (int i = 0; i < 4; ++i) whole[i] = weightColumn<T>(half[i], add, subtract, halve);
  return whole;
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
