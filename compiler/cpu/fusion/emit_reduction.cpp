// Reductions with what stands before, between and after them: softmax rows, losses, bias gradients.
#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/kernel.h"
#include "compiler/cpu/fusion/reduction_schedule.h"
#include "compiler/kernels/contraction_tile.h"
#include "llvm/ADT/Sequence.h"

namespace stator::cpu {
namespace {

mlir::RankedTensorType typeOf(Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }

class ReductionEmitter {
 public:
  ReductionEmitter(const IndexBuilder& ix, ir::FusionOp fusion, const ReductionSchedule& schedule,
                   const KernelArguments& arguments)
      : ix_(ix),
        s_(schedule),
        arguments_(arguments),
        values_(bindArguments(fusion, arguments.inputs)),
        results_(yielded(fusion)),
        at_(schedule.groups.size()) {
    elements_ = typeOf(schedule.passes[0][0]->getOperand(0)).getNumElements();
  }

  void run() {
    auto unit = [&](Value index) { this->unit(index); };
    if (s_.chunks == s_.units) return unit(s_.units == 1 ? ix_.constant(0) : arguments_.chunk);
    if (s_.chunks == 1) return ix_.loop(s_.units, unit);
    ix_.loop(shareOf(ix_, arguments_.chunk, s_.units, s_.chunks),
             shareOf(ix_, ix_.add(arguments_.chunk, 1), s_.units, s_.chunks), unit);
  }

 private:
  /// A vector of the last group: its offset from where the line stands, and its lanes.
  struct Lanes {
    int64_t offset = 0;
    Value mask;
  };
  using Line = llvm::SmallVector<Lanes>;
  /// Emits the vectors of a line; gives what is carried on.
  using LineBody = llvm::function_ref<Values(Evaluator&, const Line&, ValueRange carried)>;

  bool isLoop(size_t group) const {
    return s_.groups[group].isReduced && !(s_.lanesFold && group + 1 == s_.groups.size());
  }

  void unit(Value index) {
    llvm::SmallVector<int64_t> radix;
    llvm::SmallVector<size_t> kept;
    for (size_t i = 0; i < s_.groups.size(); ++i) {
      bool isLane = i + 1 == s_.groups.size();
      if (s_.groups[i].isReduced || isLane) continue;
      radix.push_back(s_.groups[i].extent), kept.push_back(i);
    }
    radix.push_back(s_.blocks);
    Values digits = ix_.split(index, radix);
    for (auto [group, digit] : llvm::zip(kept, digits)) at_[group] = {digit, 1, 0, 0, 1, {}};
    if (s_.lanesFold) return row();
    int64_t block = s_.lanes * s_.vectors, rest = s_.last().extent - (s_.blocks - 1) * block;
    auto columns = [&](int64_t count) {
      at_.back() = {digits.back(), block, 0, 1, 1, {}};
      if (s_.blocks == 1) at_.back() = {{}, 1, 0, 1, 1, {}};
      this->columns(lineOf(0, count));
    };
    if (rest == block || s_.blocks == 1) return columns(rest);
    ix_.branch(ix_.less(digits.back(), s_.blocks - 1), [&] { columns(block); }, [&] { columns(rest); });
  }

  Line lineOf(int64_t offset, int64_t elements) {
    Line line;
    for (int64_t i = 0; i < elements; i += s_.lanes)
      line.push_back({offset + i, kernels::firstLanes(ix_, elements - i, s_.lanes)});
    return line;
  }

  TensorIndex indexOf(const Lanes& lanes, const IndexMath& math) {
    TensorIndex index;
    index.mask = lanes.mask;
    for (size_t i = 0; i < s_.groups.size(); ++i) index.groups.push_back({s_.groups[i].extent, at_[i]});
    index.groups.back().at = math.add(index.groups.back().at, lanes.offset);
    return index;
  }

  /// The same place in a reduced tensor.
  TensorIndex reducedIndexOf(const Lanes& lanes, const IndexMath& math) {
    TensorIndex index = indexOf(lanes, math), reduced;
    reduced.mask = s_.lanesFold ? Value() : index.mask;
    for (size_t i = 0; i < s_.groups.size(); ++i)
      if (!s_.groups[i].isReduced) reduced.groups.push_back(index.groups[i]);
    return reduced;
  }

  LaneIndex position(const TensorIndex& index, const IndexMath& math) {
    llvm::SmallVector<AxisGroup, 4> reduced;
    for (size_t i = 0; i < s_.groups.size(); ++i)
      if (s_.groups[i].isReduced) reduced.push_back(index.groups[i]);
    return math.linearize(reduced);
  }

  // Lanes along the row.

  void row() {
    Evaluator shared(ix_, s_.lanes, values_);
    for (auto& pass : s_.passes) {
      llvm::SmallVector<Reduction> reductions;
      for (mlir::Operation* op : pass) reductions.push_back({op, s_.fma});
      Values sums = overRow(
          s_.straight ? &shared : nullptr, startSets(reductions),
          [&](auto& evaluator, auto& line, auto carried) { return takeLine(reductions, evaluator, line, carried); });
      finishPass(reductions, sums, true);
    }
    if (llvm::any_of(results_, [&](Value result) { return isFull(result); })) {
      overRow(s_.straight ? &shared : nullptr, {}, [&](Evaluator& evaluator, const Line& line, ValueRange) {
        storeFull(evaluator, line);
        return Values{};
      });
    }
    Evaluator evaluator(ix_, s_.lanes, values_);
    storeReduced(evaluator, Lanes{});
  }

  Values startSets(llvm::ArrayRef<Reduction> reductions) {
    Values all;
    for (int64_t set = 0; set < s_.sets; ++set)
      for (const Reduction& reduction : reductions) all.append(reduction.start(ix_, s_.lanes));
    return all;
  }

  /// Vector i of the line goes to set i.
  Values takeLine(llvm::ArrayRef<Reduction> reductions, Evaluator& evaluator, const Line& line, ValueRange carried) {
    Values next(carried);
    for (auto [i, lanes] : llvm::enumerate(line)) {
      TensorIndex index = indexOf(lanes, evaluator.math());
      size_t begin = i % s_.sets * (carried.size() / s_.sets);
      for (const Reduction& reduction : reductions) {
        Values taken = reduction.take(ix_, evaluator, ValueRange(next).slice(begin, reduction.width()), index,
                                      position(index, evaluator.math()));
        llvm::copy(taken, next.begin() + begin);
        begin += reduction.width();
      }
    }
    return next;
  }

  /// All sets of each reduction met and, for a row, folded: from here on the reductions' results are known.
  void finishPass(llvm::ArrayRef<Reduction> reductions, ValueRange sums, bool folds) {
    size_t begin = 0, perSet = sums.size() / s_.sets;
    for (const Reduction& reduction : reductions) {
      Values total(sums.slice(begin, reduction.width()));
      for (int64_t set = 1; set < s_.sets; ++set)
        total = reduction.meet(ix_, total, sums.slice(set * perSet + begin, reduction.width()));
      if (folds) total = reduction.fold(ix_, total);
      values_.vectors[reduction.result()] = reduction.finish(ix_, total);
      begin += reduction.width();
    }
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

  // Lanes along neighbours that are kept.

  void columns(const Line& line) {
    for (auto& pass : s_.passes) {
      llvm::SmallVector<Reduction> reductions;
      for (mlir::Operation* op : pass) reductions.push_back({op, s_.fma});
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
      for (auto [i, lanes] : llvm::enumerate(line)) {
        size_t begin = i * each + step % s_.sets * perSet;
        TensorIndex index = indexOf(lanes, evaluator.math());
        for (const Reduction& reduction : reductions) {
          ValueRange old = ValueRange(carried).slice(begin, reduction.width());
          Values taken = reduction.take(ix_, evaluator, old, index, position(index, evaluator.math()));
          llvm::copy(taken, carried.begin() + begin);
          begin += reduction.width();
        }
      }
    }
    at_[group] = first;
    return carried;
  }

  // Results.

  bool isFull(Value result) const { return typeOf(result).getNumElements() == elements_; }

  void storeFull(Evaluator& evaluator, const Line& line) {
    std::vector<std::tuple<size_t, TensorIndex, Value>> computed;
    for (const Lanes& lanes : line) {
      TensorIndex index = indexOf(lanes, evaluator.math());
      for (auto [i, result] : llvm::enumerate(results_))
        if (isFull(result)) computed.push_back({i, index, evaluator.evaluate(result, index)});
    }
    for (auto& [i, index, vector] : computed)
      storeLanes(evaluator.math(), vector, arguments_.outputs[i], typeOf(results_[i]).getElementType(), index);
  }

  void storeReduced(Evaluator& evaluator, const Lanes& lanes) {
    TensorIndex index = reducedIndexOf(lanes, evaluator.math());
    for (auto [i, result] : llvm::enumerate(results_)) {
      if (isFull(result)) continue;
      Value vector = evaluator.evaluate(result, index);
      storeLanes(evaluator.math(), vector, arguments_.outputs[i], typeOf(result).getElementType(), index);
    }
  }

  IndexBuilder ix_;
  const ReductionSchedule& s_;
  const KernelArguments& arguments_;
  RegionValues values_;
  Values results_;
  llvm::SmallVector<LaneIndex> at_;
  int64_t elements_ = 1;
};

}  // namespace

FusionKernel planReduction(ir::FusionOp fusion, const Target& target) {
  ReductionSchedule schedule = scheduleReduction(fusion, target);
  FusionKernel kernel;
  kernel.chunks = schedule.chunks;
  kernel.emit = [fusion, schedule](const IndexBuilder& ix, const KernelArguments& arguments) {
    ReductionEmitter(ix, fusion, schedule, arguments).run();
  };
  return kernel;
}

}  // namespace stator::cpu
