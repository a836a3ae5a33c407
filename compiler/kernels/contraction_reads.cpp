// What a tile reads of A: elements that several steps share, and lines that are asked for ahead.
#include "compiler/kernels/contraction_reads.h"

#include <algorithm>
#include <map>
#include <set>

#include "compiler/kernels/contraction_model.h"

namespace stator::kernels {

llvm::SmallVector<int64_t> stepOffsets(llvm::ArrayRef<Dim> dims) {
  llvm::SmallVector<int64_t> offsets{0};
  for (const Dim& dim : dims) {
    llvm::SmallVector<int64_t> inner;
    for (int64_t offset : offsets)
      for (int64_t i = 0; i < dim.extent; ++i) inner.push_back(offset + i * dim.a);
    offsets = std::move(inner);
  }
  return offsets;
}

bool sharedFits(const ContractionSchedule& s, const ContractionForm& form, const cpu::Target& target,
                llvm::ArrayRef<int64_t> offsets) {
  std::map<int64_t, std::pair<int64_t, int64_t>> uses;  // of an element: the first step and the last
  for (int64_t step = 0; step < static_cast<int64_t>(offsets.size()); ++step)
    for (int64_t row = 0; row < s.cutExtent * s.wholeRows; ++row)
      uses.try_emplace(rowOffset(s, form, row) + offsets[step], step, step).first->second.second = step;
  llvm::SmallVector<int64_t> held(offsets.size());
  for (const auto& [element, use] : uses)
    for (int64_t step = use.first; step < use.second; ++step) ++held[step];
  int64_t most = *std::max_element(held.begin(), held.end());
  return most == 0 || s.accumulators + ceilDivide(s.panelColumns, s.lanes) + most <= target.registers;
}

/// Rounded down. `divisor` is positive.
static int64_t floorDivide(int64_t value, int64_t divisor) { return value / divisor - (value % divisor < 0 ? 1 : 0); }

llvm::SmallVector<int64_t> tileLines(const ContractionSchedule& s, const ContractionForm& form, size_t most) {
  const int64_t line = lineBytes * 8 / form.factorBits();
  std::set<int64_t> lines;
  auto inside = llvm::ArrayRef<Dim>(s.reductions).drop_front(s.hoisted);
  const Dim& last = inside.back();
  if (last.a != 1 && last.extent > static_cast<int64_t>(most)) return {};
  for (int64_t outer : stepOffsets(inside.drop_back())) {
    for (int64_t row = 0; row < s.cutExtent * s.wholeRows; ++row) {
      int64_t first = outer + rowOffset(s, form, row), end = first + (last.extent - 1) * last.a;
      for (int64_t step = 0; step < last.extent; step += last.a == 1 ? line : 1)
        lines.insert(floorDivide(first + step * last.a, line));
      lines.insert(floorDivide(end, line));
      if (lines.size() > most) return {};
    }
  }
  llvm::SmallVector<int64_t> elements;
  for (int64_t each : lines) elements.push_back(each * line);
  return elements;
}

}  // namespace stator::kernels
