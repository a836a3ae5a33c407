// Slow reference values of convolution by Winograd's transforms.
#include "compiler/ir/winograd.h"

#include <functional>

#include "compiler/ir/element_index.h"
#include "compiler/ir/ops.h"

namespace stator::ir {

TensorValue WinogradWeightOp::interpret(Operands operands) {
  const TensorValue& w = *operands[0];
  TensorValue u = filled(getType());
  const long channels = w.extents[2], results = w.extents[3], pairs = channels * results;
  for (long c = 0; c < channels; ++c)
    for (long o = 0; o < results; ++o) {
      winograd::Square3<double> taps{};
      for (int tap = 0; tap < 9; ++tap)
        taps[tap / 3][tap % 3] = w.elements[(getOfGradient() ? 8 - tap : tap) * pairs + c * results + o];
      const auto four =
          winograd::transformWeight(taps, std::plus<>(), std::minus<>(), [](double value) { return value / 2; });
      const long place = getOfGradient() ? o * channels + c : c * results + o;
      for (int i = 0; i < 16; ++i) u.elements[i * pairs + place] = four[i / 4][i % 4];
    }
  return u;
}

TensorValue WinogradConvolutionOp::interpret(Operands operands) {
  const TensorValue &x = *operands[0], &u = *operands[1];
  TensorValue y = filled(getType());
  const long height = x.extents[1], width = x.extents[2], channels = x.extents[3];
  const long rows = y.extents[1], columns = y.extents[2], results = y.extents[3];
  auto at = [&](long n, long h, long w, long c) {  // what lies behind the image reaches no result
    return h < height && w < width ? x.elements[((n * height + h) * width + w) * channels + c] : 0.0;
  };
  for (long tile = 0; tile < x.extents[0] * ((rows + 1) / 2) * ((columns + 1) / 2); ++tile) {
    const long w = tile % ((columns + 1) / 2) * 2, h = tile / ((columns + 1) / 2) % ((rows + 1) / 2) * 2;
    const long n = tile / ((columns + 1) / 2) / ((rows + 1) / 2);
    for (long o = 0; o < results; ++o) {
      winograd::Square4<double> sums{};
      for (long c = 0; c < channels; ++c) {
        winograd::Square4<double> d{};
        for (int i = 0; i < 4; ++i)
          for (int j = 0; j < 4; ++j) d[i][j] = at(n, h + i, w + j, c);
        d = winograd::transformInput(d, std::plus<>(), std::minus<>());
        for (int i = 0; i < 4; ++i)
          for (int j = 0; j < 4; ++j) sums[i][j] += d[i][j] * u.elements[((4 * i + j) * channels + c) * results + o];
      }
      const auto four = winograd::transformOutput(sums, std::plus<>(), std::minus<>());
      for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 2; ++j)
          if (h + i < rows && w + j < columns)
            y.elements[((n * rows + h + i) * columns + w + j) * results + o] = four[i][j];
    }
  }
  return y;
}

}  // namespace stator::ir
