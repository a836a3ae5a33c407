// Values for the inputs of a test.
#include "tests/ops/draw.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "dsl/parameter.h"
#include "runtime/philox.h"

namespace stator::tests {

namespace {

RandomStream stream_of(std::string_view name, size_t input) {
  return {static_cast<uint64_t>(stator::detail::hash_of(name)), static_cast<uint32_t>(input), 0};
}

/// A whole number below `count`, for each element.
double below(const RandomStream& stream, size_t i, double count) { return std::floor(uniform(stream, i) * count); }

/// Places on a grid that has neither 0 nor, for two inputs, a common point; in random order.
std::vector<double> spread(size_t count, const Domain& domain, const RandomStream& stream, size_t input) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[stream.word(i) % i]);
  const double offset = 0.37 + 0.21 * static_cast<double>(input % 3),
               step = (domain.high - domain.low) / static_cast<double>(count);
  std::vector<double> values;
  for (size_t place : order)
    values.push_back(static_cast<float>(domain.low + (static_cast<double>(place) + offset) * step));
  return values;
}

}  // namespace

std::vector<long> extents_of(const TensorSpec& spec, long rows) {
  std::vector<long> extents;
  for (int i = 0; i < spec.rank(); ++i) {
    long extent = spec.extents[i].number;
    for (Symbol s : spec.extents[i].symbols)
      if (s != symbol::none) extent *= rows;
    extents.push_back(extent);
  }
  return extents;
}

TensorValue draw(const TensorSpec& spec, long rows, const Domain& domain, std::string_view name, size_t input) {
  TensorValue made{spec.dtype, extents_of(spec, rows), {}};
  const RandomStream stream = stream_of(name, input);
  const size_t count =
      static_cast<size_t>(std::accumulate(made.extents.begin(), made.extents.end(), 1L, std::multiplies<long>()));
  if (is_float(spec.dtype) && !domain.whole) {
    made.elements = spread(count, domain, stream, input);
    return made;
  }
  const bool truth = spec.dtype == DType::boolean;
  const double low = truth || spec.classes ? 0 : domain.low;
  const double values = truth ? 2 : spec.classes ? static_cast<double>(spec.classes) : domain.high - domain.low + 1;
  for (size_t i = 0; i < count; ++i) made.elements.push_back(low + below(stream, i, values));
  return made;
}

TensorValue draw_special(const TensorSpec& spec, long rows, const Domain& domain, std::string_view name, size_t input) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double specials[]{infinity, -infinity, std::numeric_limits<double>::quiet_NaN(), 0.0, -0.0, 1.0};
  TensorValue made = draw(spec, rows, domain, name, input);
  const RandomStream stream = stream_of(name, input + 2000);
  for (size_t i = 0; i < made.elements.size() && is_float(spec.dtype); ++i)
    if (stream.word(i) % 3 == 0) made.elements[i] = specials[stream.word(i) / 3 % std::size(specials)];
  return made;
}

TensorValue draw_uniform(const TensorSpec& spec, long rows, double low, double high, std::string_view name,
                         size_t input) {
  TensorValue made = draw(spec, rows, {0, 1}, name, input);
  const RandomStream stream = stream_of(name, input + 1000);
  for (size_t i = 0; i < made.elements.size(); ++i)
    made.elements[i] = static_cast<float>(low + (high - low) * uniform(stream, i));
  return made;
}

}  // namespace stator::tests
