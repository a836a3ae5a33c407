// The input gradient of a strided convolution, phase by phase.
//
// Along one axis, with stride s, dilation d and `before` rows of padding: row h of dx sums dy[o] * weight[k] over all
// o * s + k * d = h + before. The phase (h + before) mod s decides which k take part: first, first + every, ...
#include "compiler/layout/strided_gradient.h"

#include <numeric>

#include "compiler/layout/depthwise.h"

namespace stator::layout {
namespace {

using mlir::Value;

constexpr int64_t mostConvolutions = 4;

/// One phase along one axis.
struct Phase {
  int64_t row = 0;    ///< the first of dx's rows
  int64_t rows = 0;   ///< how many there are, `stride` apart
  int64_t first = 0;  ///< the first kernel row
  int64_t every = 1;  ///< from one kernel row to the next
  int64_t taps = 0;   ///< kernel rows
  int64_t top = 0;    ///< the row of dy that the last kernel row meets for dx's first one
  int64_t dilation = 1;

  bool isEmpty() const { return rows == 0 || taps == 0; }
  int64_t end() const { return top + rows + (taps - 1) * dilation; }  ///< behind the last row of dy
};

/// `kernel`: its rows, which the weight may have fewer of.
Phase phaseOf(const rule::Conv2d& conv, int axis, int64_t phase, int64_t extent, int64_t kernel) {
  int64_t stride = conv.stride[axis], dilation = conv.dilation[axis], before = conv.padding[2 * axis];
  Phase made;
  made.row = ((phase - before) % stride + stride) % stride;
  made.rows = made.row < extent ? (extent - 1 - made.row) / stride + 1 : 0;
  int64_t common = std::gcd(stride, dilation);
  made.every = stride / common, made.dilation = dilation / common;
  while (made.first < kernel && made.first * dilation % stride != phase) ++made.first;
  made.taps = made.first < kernel ? (kernel - 1 - made.first) / made.every + 1 : 0;
  if (made.taps) made.top = (made.row + before - made.first * dilation) / stride - (made.taps - 1) * made.dilation;
  return made;
}

class StridedGradient {
 public:
  StridedGradient(ImageBuilder& builder, const rule::Conv2d& conv, Value dy, Value weight, mlir::RankedTensorType dx)
      : builder_(builder), conv_(conv), dy_(dy), weight_(weight), dx_(dx) {}

  Value run() {
    llvm::SmallVector<Phase> phases[2];
    for (int axis = 0; axis < 2; ++axis)
      for (int64_t phase = 0; phase < conv_.stride[axis]; ++phase) {
        Phase made = phaseOf(conv_, axis, phase, dx_.getDimSize(1 + axis), kernel(axis));
        if (!made.isEmpty()) phases[axis].push_back(made);
      }
    bool alike = kernel(0) % conv_.stride[0] == 0 && kernel(1) % conv_.stride[1] == 0;
    bool few = static_cast<int64_t>(phases[0].size() * phases[1].size()) <= mostConvolutions;
    bool plain = conv_.groups == 1 && conv_.dilation == Integers(1, 1);
    if (plain && (alike || !few)) return sideBySide();
    Value sum;
    for (const Phase& height : phases[0])
      for (const Phase& width : phases[1]) {
        Value part = between(convolve(height, width), height, width);
        sum = sum ? builder_.build(rule::add{}, {sum, part}) : part;
      }
    return sum ? sum : builder_.buildAs(rule::Constant{0}, {}, dx_);
  }

 private:
  int64_t kernel(int axis) const { return llvm::cast<mlir::RankedTensorType>(weight_.getType()).getDimSize(2 + axis); }

  /// The rows and columns of dx in one phase: [N, rows, columns, C].
  Value convolve(const Phase& height, const Phase& width) {
    auto last = [](const Phase& phase) { return phase.first + (phase.taps - 1) * phase.every + 1; };
    rule::Slice taps{Integers(0, 0, height.first, width.first), Integers(-1, -1, last(height), last(width)),
                     Integers(1, 1, height.every, width.every)};
    Value weight = builder_.backwardWeight(builder_.build(taps, {weight_}), conv_.groups);
    Value dy = builder_.window(dy_, {height.top, width.top}, {height.end(), width.end()});
    rule::Convolution plain{Integers(1, 1), Integers(height.dilation, width.dilation), conv_.groups};
    if (isDepthwise(plain, weight)) return depthwiseConvolution(builder_, plain, dy, weight);
    return builder_.build(plain, {dy, weight});
  }

  /// One phase where it belongs in dx, with zeros for the others.
  Value between(Value part, const Phase& height, const Phase& width) {
    auto behind = [&](const Phase& phase, int axis) {
      return dx_.getDimSize(1 + axis) - (phase.row + (phase.rows - 1) * conv_.stride[axis] + 1);
    };
    Integers around(height.row, behind(height, 0), width.row, behind(width, 1));
    return builder_.pad(part, around, Integers(conv_.stride[0] - 1, conv_.stride[1] - 1));
  }

  /// All phases in one convolution: rows of padding belong to dx first, and are cut off at last.
  Value sideBySide() {
    int64_t steps[2], taps[2], from[2], to[2];
    Integers missing(0, 0, 0, 0);
    for (int axis = 0; axis < 2; ++axis) {
      int64_t stride = conv_.stride[axis], whole = dx_.getDimSize(1 + axis) + conv_.padding[2 * axis];
      steps[axis] = (whole - 1) / stride + 1, taps[axis] = (kernel(axis) - 1) / stride + 1;
      missing.at[2 + axis] = taps[axis] * stride - kernel(axis);
      from[axis] = 1 - taps[axis], to[axis] = steps[axis];
    }
    rule::Pad whole{Integers(0, 0, 0, 0), missing, Integers(0, 0, 0, 0), 0};
    Value weight = missing == Integers(0, 0, 0, 0) ? weight_ : builder_.build(whole, {weight_});
    rule::Convolution plain{Integers(1, 1), Integers(1, 1), 1};
    Value together = builder_.build(plain, {builder_.window(dy_, from, to), weightSideBySide(weight, taps)});
    return pixels(together, steps);
  }

  /// [O, C, taps * stride, ...] -> [taps, taps, O, strides * C], turned around in its taps.
  Value weightSideBySide(Value weight, const int64_t* taps) {
    const Extents w = ir::specOf(weight.getType()).extents;
    Extents apart{0, w[0], w[1], taps[0], conv_.stride[0], taps[1], conv_.stride[1]};
    Value flipped = builder_.build(rule::Flip{Integers(2, 4)}, {builder_.reshape(weight, apart)});
    Value moved = builder_.permute(flipped, {2, 4, 0, 3, 5, 1});
    Extents together{0, taps[0], taps[1], w[0], conv_.stride[0] * conv_.stride[1] * w[1].number};
    return builder_.reshape(moved, together);
  }

  /// [N, steps, steps, strides * C] -> dx.
  Value pixels(Value together, const int64_t* steps) {
    long height = conv_.stride[0], width = conv_.stride[1], images = dx_.getDimSize(0), channels = dx_.getDimSize(3);
    Extents apart{0, images, long(steps[0]), long(steps[1]), height, width, channels};
    Value moved = builder_.permute(builder_.reshape(together, apart), {0, 1, 3, 2, 4, 5});
    Value whole = builder_.reshape(moved, Extents{0, images, steps[0] * height, steps[1] * width, channels});
    int64_t from[]{conv_.padding[0], conv_.padding[2]};
    int64_t to[]{from[0] + dx_.getDimSize(1), from[1] + dx_.getDimSize(2)};
    return builder_.window(whole, from, to);
  }

  ImageBuilder& builder_;
  const rule::Conv2d& conv_;
  Value dy_, weight_;
  mlir::RankedTensorType dx_;
};

}  // namespace

Value stridedInputGradient(ImageBuilder& builder, const rule::Conv2d& convolution, Value dy, Value weight,
                           mlir::RankedTensorType dx) {
  return StridedGradient(builder, convolution, dy, weight, dx).run();
}

}  // namespace stator::layout
