// Reductions whose lanes are neighbours that are kept: columns that reduce side by side.
#include "compiler/cpu/fusion/emit_reduction.h"
#include "llvm/ADT/Sequence.h"

namespace stator::cpu {
namespace {

class ColumnEmitter : public ReductionEmitter {
 public:
  using ReductionEmitter::ReductionEmitter;

 private:
  /// The last block may be shorter than the others.
  void unit(Value index) override {
    int64_t block = s_.lanes * s_.vectors, rest = s_.last().extent - (s_.blocks - 1) * block;
    auto columns = [&](int64_t count) {
      at_.back() = {index, block, 0, 1, 1, {}};
      if (s_.blocks == 1) at_.back() = {{}, 1, 0, 1, 1, {}};
      this->columns(lineOf(0, count));
    };
    if (rest == block || s_.blocks == 1) return columns(rest);
    ix_.branch(ix_.less(index, s_.blocks - 1), [&] { columns(block); }, [&] { columns(rest); });
  }

  void columns(const Line& line) {
    for (auto& pass : s_.passes) {
      llvm::SmallVector<Reduction> reductions = reductionsOf(pass);
      Values start;
      for (size_t i = 0; i < line.size(); ++i) start.append(startSets(reductions));
      size_t last = s_.groups.size() - 1;
      bool loops = llvm::any_of(llvm::seq<size_t>(0, last), [&](size_t group) { return isLoop(group); });
      Values sums = loops ? overColumns(0, line, reductions, start) : takeColumns(last, line, reductions, 1, start);
      size_t each = sums.size() / line.size();
      for (size_t i = 0; i < line.size(); ++i) {
        finishPass(reductions, ValueRange(sums).slice(i * each, each), false);
        Evaluator evaluator(ix_, s_.lanes, values_);
        storeReduced(evaluator, line[i]);
      }
    }
  }

  /// The innermost reduced loop takes `sets` elements at once, each to accumulators of its own.
  Values overColumns(size_t group, const Line& line, llvm::ArrayRef<Reduction> reductions, Values carried) {
    while (group < s_.groups.size() && !isLoop(group)) ++group;
    if (group == s_.groups.size()) return carried;
    bool innermost = true;
    for (size_t i = group + 1; i < s_.groups.size(); ++i) innermost &= !isLoop(i);
    int64_t extent = s_.groups[group].extent;
    if (!innermost) {
      return ix_.loop(ix_.constant(0), ix_.constant(extent), 1, carried, [&](Value index, ValueRange inner) {
        at_[group] = {index, 1, 0, 0, 1, {}};
        return overColumns(group + 1, line, reductions, Values(inner));
      });
    }
    int64_t steps = extent / s_.sets;
    if (steps > 1) {
      carried = ix_.loop(ix_.constant(0), ix_.constant(steps), 1, carried, [&](Value index, ValueRange inner) {
        at_[group] = {index, s_.sets, 0, 0, 1, {}};
        return takeColumns(group, line, reductions, s_.sets, Values(inner));
      });
    } else {
      steps = 0;
    }
    at_[group] = {{}, 1, steps * s_.sets, 0, 1, {}};
    return takeColumns(group, line, reductions, extent - steps * s_.sets, std::move(carried));
  }

  Values takeColumns(size_t group, const Line& line, llvm::ArrayRef<Reduction> reductions, int64_t count,
                     Values carried) {
    Evaluator evaluator(ix_, s_.lanes, values_);
    LaneIndex first = at_[group];
    size_t each = carried.size() / line.size(), perSet = each / s_.sets;
    for (int64_t step = 0; step < count; ++step) {
      at_[group] = evaluator.math().add(first, step);
      for (auto [i, lanes] : llvm::enumerate(line))
        take(reductions, evaluator, indexOf(lanes, evaluator.math()), carried, i * each + step % s_.sets * perSet);
    }
    at_[group] = first;
    return carried;
  }
};

}  // namespace

void emitColumns(const IndexBuilder& ix, ir::FusionOp fusion, const ReductionSchedule& schedule,
                 const KernelArguments& arguments) {
  ColumnEmitter(ix, fusion, schedule, arguments).run();
}

}  // namespace stator::cpu
