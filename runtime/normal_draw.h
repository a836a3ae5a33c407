// How normal draws are made of random words, apart from the C library: every machine has the same bits. Plain C, since
// libraries that are made ahead of time use it too.
#pragma once

#include <stdint.h>

/// ln x for x in [2^-24, 1], within 2 ulp of f64: with x = m 2^-n, m in [sqrt(1/2), sqrt(2)) and s = (m - 1) / (m + 1)
/// it is 2 (s + s^3 / 3 + s^5 / 5 + ...) - n ln 2.
static inline double stator_draw_log(double x) {
  static const double factors[] = {1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
                                   1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
  double halvings = 0, sum = 1.0 / 23;
  for (; x < 0.70710678118654752; x *= 2) ++halvings;
  const double s = (x - 1) / (x + 1), square = s * s;
  for (int i = 0; i < 10; ++i) sum = sum * square + factors[i];
  return 2 * (s + s * square * sum) - halvings * 0.69314718055994531;
}

/// cos(2 pi (v + quarters / 4)) for v in [0, 1), within 1e-15. The angle is brought to within pi / 4 of a multiple of
/// pi / 2, which is exact for a v of 24 bits.
static inline double stator_draw_cos(double v, int quarters) {
  static const double cosines[] = {1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800,
                                   1.0 / 40320,          -1.0 / 720,         1.0 / 24,        -1.0 / 2};
  static const double sines[] = {-1.0 / 355687428096000, 1.0 / 1307674368000, -1.0 / 6227020800, 1.0 / 39916800,
                                 -1.0 / 362880,          1.0 / 5040,          -1.0 / 120,        1.0 / 6};
  const int nearest = (int)(4 * v + 0.5), quadrant = (nearest + quarters) & 3;
  const double r = (4 * v - nearest) * 1.57079632679489662, square = r * r;
  const double* factors = quadrant & 1 ? sines : cosines;
  double sum = 0;
  for (int i = 0; i < 8; ++i) sum = (sum + factors[i]) * square;
  const double size = quadrant & 1 ? r * (sum - 1) : 1 + sum; /* -sin(r) or cos(r) */
  return quadrant & 2 ? -size : size;
}

/// The standard normal draw of two words. With u = ((first >> 8) + 1) 2^-24 in (0, 1] and v = (second >> 8) 2^-24, it
/// is sqrt(-2 ln u) times cos(2 pi v), of an odd element times sin(2 pi v). Computed in f64 and rounded once: within 1
/// ulp of f32 of the exact value, and at most 5.77 in size. Source: Box, Muller, "A Note on the Generation of Random
/// Normal Deviates", 1958, equation 2.
static inline float stator_normal_draw(uint32_t first, uint32_t second, int is_odd) {
  const double u = ((double)(first >> 8) + 1) * 0x1p-24, v = (double)(second >> 8) * 0x1p-24;
  return (float)(__builtin_sqrt(-2 * stator_draw_log(u)) * stator_draw_cos(v, is_odd ? 3 : 0));
}
