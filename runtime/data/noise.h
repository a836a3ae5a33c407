// Noise on data, from a seed.
#pragma once

#include <cstdint>
#include <span>

#include "runtime/philox.h"

namespace stator::data {

/// Adds sigma times a standard normal draw to each value: element i gets draw i of the stream.
inline void add_noise(std::span<float> values, float sigma, const RandomStream& stream) {
  for (size_t i = 0; i < values.size(); ++i) values[i] += sigma * normal(stream, i);
}

}  // namespace stator::data
