// How an attention kernel is run.
#include "compiler/cpu/fusion/attention_schedule.h"

#include <algorithm>

#include "compiler/cpu/fusion/iteration.h"
#include "llvm/Support/MathExtras.h"

namespace stator::cpu {
namespace {

constexpr int64_t keptElements = 96 << 10;                  ///< of scores: a second-level cache has room for more
constexpr int64_t mostBlockRows = 64, mostCausalRows = 32;  ///< smaller blocks see fewer keys
constexpr int64_t leastPartRows = 256;                      ///< the packing is done for each part anew
constexpr int64_t enoughChunks = 8, mostScratch = 4 << 20;  ///< elements: of more chunks all have to fit in
constexpr double flopsPerNanosecond = 60;

double nanoseconds(const AttentionForm& form) {
  double perScore = 0;
  for (const ScoreProduct& product : form.products) perScore += 2 * static_cast<double>(product.inner);
  for (const ScoreUse& use : form.uses) perScore += 2 * static_cast<double>(use.width);
  return perScore * static_cast<double>(form.groups * form.queries * form.keys) / flopsPerNanosecond;
}

void chooseBlocks(AttentionSchedule& s, const AttentionForm& form) {
  int64_t fitting = keptElements / (form.slotCount * s.slotStride) / s.tileRows * s.tileRows;
  int64_t most = std::clamp(fitting, s.tileRows, form.isCausal ? mostCausalRows : mostBlockRows);
  s.blocks = (form.queries + most - 1) / most;
  int64_t balanced = (form.queries + s.blocks - 1) / s.blocks;
  s.blockRows = std::min(most, static_cast<int64_t>(llvm::alignTo(balanced, s.tileRows)));
  s.blocks = (form.queries + s.blockRows - 1) / s.blockRows;
}

}  // namespace

AttentionSchedule scheduleAttention(const AttentionForm& form, const Target& target) {
  AttentionSchedule s;
  s.lanes = target.lanes();
  s.tileRows = target.registers >= 32 ? 8 : 4;
  s.rowsAtOnce = target.registers >= 32 ? 4 : 2;
  s.panel = s.tileVectors * s.lanes;
  s.panels = (form.keys + s.panel - 1) / s.panel;
  s.slotStride = s.panels * s.panel + s.lanes;  // rows a power of two apart would share sets of the cache
  s.fma = target.fma;
  chooseBlocks(s, form);
  bool sumsOverQueries = llvm::any_of(form.uses, [](const ScoreUse& use) { return use.transposed; });
  if (!sumsOverQueries) s.parts = std::clamp<int64_t>(form.queries / leastPartRows, 1, s.blocks);
  s.units = form.groups * s.parts;
  for (const ScoreProduct& product : form.products) s.packedElements += s.panels * s.panel * product.inner;
  s.scratchElements = s.packedElements + form.slotCount * s.blockRows * s.slotStride;
  s.chunks = std::min(chunkCount(nanoseconds(form), s.units), std::max(enoughChunks, mostScratch / s.scratchElements));
  return s;
}

}  // namespace stator::cpu
