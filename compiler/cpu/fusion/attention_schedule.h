// How an attention kernel is run: blocks of queries, panels of keys, register tiles, chunks, scratch.
#pragma once

#include "compiler/cpu/fusion/attention_form.h"
#include "compiler/cpu/target.h"

namespace stator::cpu {

/// Loops, from the outside in: groups and parts of their queries (a chunk is a range of these), blocks of queries, and
/// in each block first the products that make scores, then passes over rows, then the products that read scores.
struct AttentionSchedule {
  int64_t lanes = 16;
  int64_t tileRows = 8;     ///< of a register tile
  int64_t tileVectors = 2;  ///< vectors of columns of a register tile
  int64_t rowsAtOnce = 4;   ///< rows whose passes are interleaved
  int64_t panel = 32;       ///< keys of a panel: the columns of a tile
  int64_t panels = 1;       ///< the last one may be narrower
  int64_t slotStride = 48;  ///< elements from row to row of kept scores
  int64_t blockRows = 8;    ///< queries of a block
  int64_t blocks = 1;       ///< of a group; the last one may be smaller
  int64_t parts = 1;        ///< of a group's blocks; 1 where results are sums over queries
  int64_t units = 1;
  int64_t chunks = 1;
  int64_t packedElements = 0;   ///< of the factors that are packed for a group
  int64_t scratchElements = 0;  ///< of one chunk
  bool fma = true;
};

AttentionSchedule scheduleAttention(const AttentionForm& form, const Target& target);

}  // namespace stator::cpu
