// The weight of a convolution by Winograd's transforms: nine taps to sixteen for each pair of channels.
#include <algorithm>

#include "compiler/cpu/fusion/contraction_form.h"
#include "compiler/cpu/fusion/kernel.h"
#include "compiler/ir/winograd.h"
#include "compiler/kernels/contraction_tile.h"
#include "compiler/kernels/emit_contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace stator::cpu {
namespace {

namespace arith = mlir::arith;

constexpr int64_t pairsPerChunk = 16 << 10;
constexpr int64_t maxChunks = 64;

class WeightEmitter {
 public:
  WeightEmitter(const IndexBuilder& ix, ir::WinogradWeightOp op, int64_t lanes, const KernelArguments& arguments)
      : ix_(ix),
        weight_(arguments.inputs[0]),
        result_(arguments.outputs[0]),
        scratch_(arguments.scratch),
        lanes_(lanes),
        vector_(mlir::VectorType::get({lanes}, ix.builder.getF32Type())) {
    auto shape = llvm::cast<mlir::RankedTensorType>(op.getWeight().getType()).getShape();
    channels_ = shape[2], results_ = shape[3], pairs_ = channels_ * results_;
  }

  /// Vectors of pairs, in the order in which they lie.
  void vector(Value number) {
    Value at = ix_.multiply(number, lanes_);
    transform(weight_, at, pairs_, {0, 1, 2, 3, 4, 5, 6, 7, 8}, at);
  }

  /// A square of channels and results: its taps are transposed in the scratch, [9, results, channels].
  void square(Value number) {
    Values place = ix_.split(number, {channels_ / lanes_, results_ / lanes_});
    Value channel = ix_.multiply(place[0], lanes_), result = ix_.multiply(place[1], lanes_);
    Value from = ix_.add(ix_.multiply(channel, results_), result);
    ix_.loop(9, [&](Value tap) {
      Value first = ix_.add(ix_.multiply(tap, pairs_), from), to = ix_.multiply(tap, lanes_ * lanes_);
      Values rows;
      for (int64_t row = 0; row < lanes_; ++row)
        rows.push_back(kernels::loadVector(ix_, vector_, weight_, {first, row * results_}, Value()));
      rows = kernels::transpose(ix_, std::move(rows));
      for (int64_t row = 0; row < lanes_; ++row) store(rows[row], scratch_, ix_.add(to, row * lanes_));
    });
    ix_.loop(lanes_, [&](Value row) {
      Value to = ix_.add(ix_.multiply(ix_.add(result, row), channels_), channel);
      transform(scratch_, ix_.multiply(row, lanes_), lanes_ * lanes_, {8, 7, 6, 5, 4, 3, 2, 1, 0}, to);
    });
  }

 private:
  void store(Value vector, Value buffer, Value at) {
    kernels::storeVector(ix_.builder, ix_.location, vector, buffer, at, Value());
  }

  /// Tap i of nine is number `order[i]` of those in `buffer`, `stride` apart.
  void transform(Value buffer, Value from, int64_t stride, std::array<int64_t, 9> order, Value to) {
    winograd::Square3<Value> taps;
    for (int tap = 0; tap < 9; ++tap)
      taps[tap / 3][tap % 3] = kernels::loadVector(ix_, vector_, buffer, {from, order[tap] * stride}, Value());
    auto add = [&](Value a, Value b) -> Value { return ix_.builder.create<arith::AddFOp>(ix_.location, a, b); };
    auto subtract = [&](Value a, Value b) -> Value { return ix_.builder.create<arith::SubFOp>(ix_.location, a, b); };
    Value half = splat(ix_, ix_.builder.getF32Type(), 0.5, lanes_);
    auto halve = [&](Value a) -> Value { return ix_.builder.create<arith::MulFOp>(ix_.location, a, half); };
    auto all = winograd::transformWeight(taps, add, subtract, halve);
    for (int i = 0; i < 16; ++i) store(all[i / 4][i % 4], result_, ix_.add(to, i * pairs_));
  }

  IndexBuilder ix_;
  Value weight_, result_, scratch_;
  int64_t lanes_, channels_ = 0, results_ = 0, pairs_ = 0;
  mlir::VectorType vector_;
};

}  // namespace

FusionKernel planWinogradWeight(ir::FusionOp fusion, ir::WinogradWeightOp op, const Target& target) {
  const int64_t lanes = target.lanes(32), pairs = op.getType().getNumElements() / 16;
  const bool turned = op.getOfGradient();
  FusionKernel kernel;
  const int64_t units = pairs / (turned ? lanes * lanes : lanes);
  kernel.chunks = std::clamp<int64_t>(pairs / pairsPerChunk, 1, std::min(maxChunks, units));
  kernel.scratchElement = mlir::Float32Type::get(fusion.getContext());
  kernel.scratchElements = turned ? 9 * lanes * lanes : 0;
  kernel.scratchOnStack = true;
  kernel.emit = [=](const IndexBuilder& ix, const KernelArguments& arguments) {
    WeightEmitter emitter(ix, op, lanes, arguments);
    ix.forShare(arguments.chunk, units, kernel.chunks,
                [&](Value unit) { turned ? emitter.square(unit) : emitter.vector(unit); });
  };
  return kernel;
}

}  // namespace stator::cpu
