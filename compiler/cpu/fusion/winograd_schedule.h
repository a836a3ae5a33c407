// How a convolution by Winograd's transforms is cut into blocks of tiles.
#pragma once

#include "compiler/cpu/target.h"
#include "compiler/ir/ops.h"
#include "compiler/kernels/contraction_schedule.h"

namespace stator::cpu {

/// A tile is two by two elements of a result's plane, made of four by four of the image. A block of tiles is
/// transformed to 16 matrices [tiles, channels], each is multiplied with its matrix of the weight, and the products are
/// transformed back: all in a scratch that stays in a cache.
struct WinogradSchedule {
  int64_t images = 0, height = 0, width = 0, channels = 0, results = 0;  ///< of the result, and of the image's channels
  int64_t tileRows = 0, tileColumns = 0;
  int64_t blockTiles = 0;  ///< tiles in a block; the last block may have fewer
  int64_t blocks = 0;
  int64_t chunks = 0;
  int lanes = 0;
  kernels::ContractionForm products;             ///< of a block: A lies behind the products' own scratch
  kernels::ContractionSchedule productSchedule;  ///< in one chunk

  int64_t tiles() const { return images * tileRows * tileColumns; }
  int64_t pieceStart() const { return productSchedule.scratchElements(); }
  int64_t productStart() const { return pieceStart() + 16 * blockTiles * channels; }
  /// Elements of a chunk's scratch: what the products need, the transformed tiles, the products.
  int64_t chunkScratchElements() const { return productStart() + 16 * blockTiles * results; }
};

WinogradSchedule scheduleWinograd(ir::WinogradConvolutionOp op, const Target& target);

}  // namespace stator::cpu
