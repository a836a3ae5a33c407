// Slow reference values of convolution by Winograd's transforms.
#include "compiler/ir/winograd.h"

#include <functional>

#include "compiler/ir/element_index.h"
#include "compiler/ir/ops.h"

namespace stator::ir {

TensorValue WinogradWeightOp::interpret(Operands operands) {
  const TensorValue& w = *operands[0];
  TensorValue u = filled(getType());
  const size_t pairs = w.elements.size() / 9;
  for (size_t pair = 0; pair < pairs; ++pair)
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        for (int a = 0; a < 3; ++a)
          for (int b = 0; b < 3; ++b)
            u.elements[(4 * i + j) * pairs + pair] +=
                winograd::weightRows[i][a] * winograd::weightRows[j][b] * w.elements[(3 * a + b) * pairs + pair];
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
