// Reductions whose lanes run along the reduced axes: a row in vectors, folded at the end of each pass.
#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/emit_reduction.h"
#include "compiler/kernels/emit_contraction.h"

namespace stator::cpu {
namespace {

class RowEmitter : public ReductionEmitter {
 public:
  using ReductionEmitter::ReductionEmitter;

 private:
  /// Emits the vectors of a line; gives what is carried on.
  using LineBody = llvm::function_ref<Values(Evaluator&, const Line&, ValueRange carried)>;

  void unit(Value /*the whole row*/) override {
    Evaluator shared(ix_, s_.lanes, values_);
    int64_t keptBefore = 0;
    for (auto [pass, kept] : llvm::zip(s_.passes, s_.kept)) {
      llvm::SmallVector<Reduction> reductions = reductionsOf(pass);
      Values sums = overRow(s_.straight ? &shared : nullptr, startSets(reductions),
                            [&](auto& evaluator, auto& line, auto carried) {
                              Values next = takeLine(reductions, evaluator, line, carried);
                              keepLine(kept, keptBefore, evaluator, line);
                              return next;
                            });
      finishPass(reductions, sums, true);
      for (Value value : kept) {
        values_.rows[value] = {arguments_.scratch, keptBefore, s_.rowAxes};
        keptBefore += s_.rowElements;
      }
    }
    if (llvm::any_of(results_, [&](Value result) { return isFull(result); })) {
      overRow(s_.straight ? &shared : nullptr, {}, [&](Evaluator& evaluator, const Line& line, ValueRange) {
        storeFull(evaluator, line);
        return Values{};
      });
    }
    Evaluator evaluator(ix_, s_.lanes, values_);
    storeReduced(evaluator, Lanes{});
    values_.rows.clear();
  }

  /// What later passes read of this line, one row behind the other from `first` of the scratch on.
  void keepLine(llvm::ArrayRef<Value> kept, int64_t first, Evaluator& evaluator, const Line& line) {
    for (const Lanes& lanes : line) {
      TensorIndex index = indexOf(lanes, evaluator.math());
      LaneIndex at = evaluator.math().linearize(llvm::ArrayRef(index.groups).take_back(s_.rowAxes));
      for (auto [i, value] : llvm::enumerate(kept)) {
        Value from = evaluator.math().start(evaluator.math().add(at, first + static_cast<int64_t>(i) * s_.rowElements));
        kernels::storeVector(ix_.builder, ix_.location, evaluator.evaluate(value, index), arguments_.scratch, from,
                             index.mask);
      }
    }
  }

  /// Vector i of the line goes to set i.
  Values takeLine(llvm::ArrayRef<Reduction> reductions, Evaluator& evaluator, const Line& line, ValueRange carried) {
    Values next(carried);
    for (auto [i, lanes] : llvm::enumerate(line))
      take(reductions, evaluator, indexOf(lanes, evaluator.math()), next, i % s_.sets * (carried.size() / s_.sets));
    return next;
  }

  Values overRow(Evaluator* shared, Values carried, LineBody body) {
    return overGroups(0, shared, std::move(carried), body);
  }

  Values overGroups(size_t group, Evaluator* shared, Values carried, LineBody body) {
    if (group + 1 == s_.groups.size()) return overLine(shared, std::move(carried), body);
    if (!isLoop(group)) return overGroups(group + 1, shared, std::move(carried), body);
    if (shared) {
      for (int64_t i = 0; i < s_.groups[group].extent; ++i) {
        at_[group] = {{}, 1, i, 0, 1, {}};
        carried = overGroups(group + 1, shared, std::move(carried), body);
      }
      return carried;
    }
    return ix_.loop(ix_.constant(0), ix_.constant(s_.groups[group].extent), 1, carried,
                    [&](Value index, ValueRange inner) {
                      at_[group] = {index, 1, 0, 0, 1, {}};
                      return overGroups(group + 1, shared, Values(inner), body);
                    });
  }

  Values overLine(Evaluator* shared, Values carried, LineBody body) {
    int64_t extent = s_.last().extent, step = s_.lanes * s_.sets, steps = extent / step;
    if (shared || steps <= 1) {
      steps = 0;
    } else {
      carried = ix_.loop(ix_.constant(0), ix_.constant(steps), 1, carried, [&](Value index, ValueRange inner) {
        at_.back() = {index, step, 0, 1, 1, {}};
        Evaluator evaluator(ix_, s_.lanes, values_);
        return body(evaluator, lineOf(0, step), inner);
      });
    }
    at_.back() = {{}, 1, 0, 1, 1, {}};
    if (steps * step == extent) return carried;
    Evaluator own(ix_, s_.lanes, values_);
    return body(shared ? *shared : own, lineOf(steps * step, extent - steps * step), carried);
  }

  void storeFull(Evaluator& evaluator, const Line& line) {
    std::vector<std::tuple<size_t, TensorIndex, Value>> computed;
    for (const Lanes& lanes : line) {
      TensorIndex index = indexOf(lanes, evaluator.math());
      for (auto [i, result] : llvm::enumerate(results_))
        if (isFull(result)) computed.push_back({i, index, evaluator.evaluate(result, index)});
    }
    for (auto& [i, index, vector] : computed)
      storeLanes(evaluator.math(), vector, arguments_.outputs[i], mlir::getElementTypeOrSelf(results_[i]), index);
  }
};

}  // namespace

void emitRows(const IndexBuilder& ix, ir::FusionOp fusion, const ReductionSchedule& schedule,
              const KernelArguments& arguments) {
  RowEmitter(ix, fusion, schedule, arguments).run();
}

}  // namespace stator::cpu
