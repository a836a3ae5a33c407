// The algebra of elementwise rows over doubles: what each function means, NaN and all.
//
// Another algebra (vectors, graph values) is a type with the same functions and operators in its own namespace, found
// by argument-dependent lookup. Comparisons give the algebra's truth values; `constant` is a value like another one.
#pragma once

#include <cmath>

namespace stator::algebra {

using std::abs;
using std::atan;
using std::atan2;
using std::ceil;
using std::cos;
using std::erf;
using std::exp;
using std::expm1;
using std::floor;
using std::fmod;
using std::log;
using std::log1p;
using std::pow;
using std::sin;
using std::sqrt;
using std::tanh;
using std::trunc;

/// The even one of two equally near. Source: torch.round.
inline double round(double x) { return std::nearbyint(x); }

/// NaN, where `a` or `b` is one. Source: torch.maximum.
inline double maximum(double a, double b) { return std::isnan(a) || a > b ? a : b; }
/// NaN, where `a` or `b` is one. Source: torch.minimum.
inline double minimum(double a, double b) { return std::isnan(a) || a < b ? a : b; }
/// -1, 0 or 1; 0 for NaN. Source: torch.sign.
inline double sign(double x) { return (x > 0) - (x < 0); }
inline double where(bool condition, double a, double b) { return condition ? a : b; }
inline double constant([[maybe_unused]] double like, double value) { return value; }

}  // namespace stator::algebra
