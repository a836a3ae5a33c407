// Closeness of tensors.
#include "tests/ops/compare.h"

#include <cmath>
#include <limits>

#include "runtime/text.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

namespace {

struct Distance {
  double error = 0;
  size_t worst = 0;
  bool comparable = true;
};

Distance distance(const TensorValue& a, const TensorValue& b) {
  Distance found;
  const double infinity = std::numeric_limits<double>::infinity();
  if (a.extents != b.extents || is_float(a.dtype) != is_float(b.dtype) || a.elements.size() != b.elements.size())
    return {infinity, 0, false};
  double greatest = 0, apart = 0;
  for (size_t i = 0; i < b.elements.size(); ++i) {
    const double x = a.elements[i], y = b.elements[i];
    if (!std::isfinite(x) || !std::isfinite(y)) {
      if (x == y || (std::isnan(x) && std::isnan(y))) continue;
      return {infinity, i, true};
    }
    greatest = std::max(greatest, std::abs(y));
    if (std::abs(x - y) > apart) apart = std::abs(x - y), found.worst = i;
  }
  found.error = greatest > 0 ? apart / greatest : apart;
  return found;
}

std::string shape(const TensorValue& tensor) {
  std::string text = concat(name_of(tensor.dtype), " [");
  for (size_t i = 0; i < tensor.extents.size(); ++i) text += concat(i ? ", " : "", tensor.extents[i]);
  return text + "]";
}

}  // namespace

double error_of(const TensorValue& a, const TensorValue& b) { return distance(a, b).error; }
double error_of(const NdArray& a, const NdArray& b) { return error_of(tensor_of(a), tensor_of(b)); }
double error_of(const NdArray& a, const TensorValue& b) { return error_of(tensor_of(a), b); }

std::string difference(const TensorValue& a, const TensorValue& b, double tolerance) {
  const Distance found = distance(a, b);
  if (found.error <= tolerance) return {};
  if (!found.comparable) return concat(shape(a), " against ", shape(b));
  return concat("error ", found.error, ", allowed ", tolerance, "; element ", found.worst, " of ", shape(a), " is ",
                a.elements[found.worst], " against ", b.elements[found.worst]);
}

}  // namespace stator::tests
