// How a convolution by Winograd's transforms is cut into blocks of tiles.
#include "compiler/cpu/fusion/winograd_schedule.h"

#include <algorithm>

#include "compiler/cpu/fusion/brief.h"
#include "compiler/cpu/fusion/kernel.h"

namespace stator::cpu {
namespace {

constexpr int64_t fewTiles = 8;             ///< below, each read of the weight would serve too few
constexpr int64_t manyTiles = 56;           ///< more would not make reading the weight any cheaper
constexpr int64_t farTiles = 28;            ///< where a chunk's scratch does not fit a stack
constexpr int64_t largeWeight = 128 << 10;  ///< pairs of channels, beyond which reading it takes longest
constexpr int64_t multipliesPerChunk = 64 << 10;
constexpr int64_t maxChunks = 64;
constexpr int64_t mostScratchBytes = 8 << 20;  ///< of all chunks together

/// Equal blocks of at most as many tiles as fit a thread's stack.
int64_t tilesPerBlock(const WinogradSchedule& s) {
  int64_t onStack = mostOnStack / (16 * (s.channels + s.results) * int64_t(sizeof(float)));
  int64_t most = onStack >= fewTiles                    ? std::min(onStack, manyTiles)
                 : s.channels * s.results > largeWeight ? manyTiles
                                                        : farTiles;
  return kernels::ceilDivide(s.tiles(), kernels::ceilDivide(s.tiles(), most));
}

}  // namespace

WinogradSchedule scheduleWinograd(ir::WinogradConvolutionOp op, const Target& target) {
  WinogradSchedule s;
  llvm::ArrayRef<int64_t> y = op.getType().getShape();
  s.images = y[0], s.height = y[1], s.width = y[2], s.results = y[3];
  s.channels = llvm::cast<mlir::RankedTensorType>(op.getX().getType()).getShape()[3];
  s.tileRows = (s.height + 1) / 2, s.tileColumns = (s.width + 1) / 2;
  s.blockTiles = tilesPerBlock(s);
  s.blocks = kernels::ceilDivide(s.tiles(), s.blockTiles);
  s.lanes = target.lanes(32);
  s.products.outer = {{16, s.blockTiles * s.channels, s.channels * s.results, s.blockTiles * s.results}};
  s.products.rows = {{s.blockTiles, s.channels, 0, s.results}};
  s.products.columns = {s.results, 0, 1, 1};
  s.products.reductions = {{s.channels, 1, s.results, 0}};
  s.productSchedule = scheduleFor(op, s.products, target);
  s.productSchedule.chunks = 1;
  s.products.aOffset = s.pieceStart();
  int64_t wanted = std::clamp<int64_t>(16 * s.tiles() * s.channels * s.results / multipliesPerChunk, 1, maxChunks);
  int64_t bytes = s.chunkScratchElements() * int64_t(sizeof(float));
  if (bytes > mostOnStack) wanted = std::clamp<int64_t>(mostScratchBytes / bytes, 1, wanted);
  s.chunks = std::min(wanted, s.blocks);
  return s;
}

}  // namespace stator::cpu
