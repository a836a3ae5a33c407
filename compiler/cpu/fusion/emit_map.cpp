// Elementwise groups, with movement and pooling: loops over the result's elements, each result computed and stored.
#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/iteration.h"
#include "compiler/cpu/fusion/kernel.h"
#include "compiler/kernels/contraction_tile.h"

namespace stator::cpu {
namespace {

struct MapSchedule {
  IterationGroups groups;
  int64_t lanes = 1;
  int64_t unroll = 1;  ///< vectors per iteration of the last group
  int leading = 0;     ///< groups whose loops are one, divided among the chunks
  int64_t units = 1;   ///< iterations of that loop; of the last group's where no group leads
  int64_t chunks = 1;
};

int64_t vectorsPerIteration(ir::FusionOp fusion, const IterationGroups& groups) {
  int64_t tiles = 1;
  for (const IterationGroup& group : groups) tiles *= group.tile;
  size_t ops = fusion.getBody().front().getOperations().size();
  if (tiles > 1) return 1;
  return ops <= 12 ? 4 : ops <= 32 ? 2 : 1;
}

MapSchedule scheduleMap(ir::FusionOp fusion, const Target& target) {
  mlir::OperandRange roots = yielded(fusion);
  auto type = llvm::cast<mlir::RankedTensorType>(roots[0].getType());
  MapSchedule s;
  llvm::SmallVector<Value> values(roots);
  s.groups = iterationGroups(values, type.getShape());
  if (s.groups.back().tile != 2) s.groups.back().tile = 1;
  s.lanes = lanesFor(s.groups.back().extent / s.groups.back().tile, target);
  if (s.lanes == 1) s.groups.back().tile = 1;
  s.unroll = vectorsPerIteration(fusion, s.groups);
  int last = static_cast<int>(s.groups.size()) - 1;
  for (; s.leading < last && s.units < 64; ++s.leading)
    s.units *= s.groups[s.leading].extent / s.groups[s.leading].tile;
  if (last == 0) s.units = s.groups[0].extent / (s.lanes * s.unroll * s.groups[0].tile);
  double time = nanosecondsPerElement(fusion) * static_cast<double>(type.getNumElements());
  s.chunks = chunkCount(time, std::max<int64_t>(1, s.units));
  return s;
}

class MapEmitter {
 public:
  MapEmitter(const IndexBuilder& ix, ir::FusionOp fusion, const MapSchedule& schedule, const KernelArguments& arguments)
      : ix_(ix),
        s_(schedule),
        arguments_(arguments),
        values_(bindArguments(fusion, arguments.inputs)),
        results_(yielded(fusion)),
        at_(schedule.groups.size()) {}

  void run() {
    if (s_.groups.size() == 1) return line(true);
    auto unit = [&](Value index) {
      llvm::SmallVector<int64_t> radix;
      for (int i = 0; i < s_.leading; ++i) radix.push_back(s_.groups[i].extent / s_.groups[i].tile);
      Values digits = ix_.split(index, radix);
      for (int i = 0; i < s_.leading; ++i) place(i, digits[i]);
      inner(s_.leading);
    };
    ix_.forShare(arguments_.chunk, s_.units, s_.chunks, unit);
  }

 private:
  /// The lanes of one vector: offsets in the tiled groups and in the last one.
  struct Position {
    llvm::SmallVector<int64_t> offsets;
    Value mask;
  };

  void place(int group, Value index) { at_[group] = {index, s_.groups[group].tile, 0, 0, 1, {}}; }

  void inner(int group) {
    if (group + 1 == static_cast<int>(s_.groups.size())) return line(false);
    ix_.loop(s_.groups[group].extent / s_.groups[group].tile, [&](Value index) {
      place(group, index);
      inner(group + 1);
    });
  }

  /// The last group: whole iterations, then what is left, then the last lanes by a mask.
  void line(bool chunked) {
    int64_t extent = s_.groups.back().extent, each = s_.groups.back().tile, vector = s_.lanes * each;
    int64_t step = vector * s_.unroll, steps = extent / step;
    if (steps > 1) {
      Value lower = chunked ? ix_.share(arguments_.chunk, steps, s_.chunks) : ix_.constant(0);
      Value upper = chunked ? ix_.share(ix_.add(arguments_.chunk, 1), steps, s_.chunks) : ix_.constant(steps);
      ix_.loop(lower, upper, [&](Value index) {
        at_.back() = {index, step, 0, each, 1, {}};
        store(positions(s_.unroll, 0));
      });
    } else {
      steps = 0;
    }
    int64_t done = steps * step;
    if (done == extent) return;
    auto rest = [&] {
      at_.back() = {{}, 1, done, each, 1, {}};
      store(positions((extent - done) / vector, (extent - done) % vector / each));
    };
    if (s_.chunks == 1 || !chunked) return rest();
    ix_.branch(ix_.less(arguments_.chunk, s_.chunks - 1), [] {}, rest);
  }

  /// All vectors of an iteration: so many whole ones and one of `tail` lanes, for each element of the tiles. Where the
  /// last group has a tile, its elements are neighbours here.
  llvm::SmallVector<Position> positions(int64_t whole, int64_t tail) {
    Value mask = tail ? kernels::firstLanes(ix_, tail, s_.lanes) : Value();
    llvm::SmallVector<Position> all{{{}, {}}};
    for (size_t group = 0; group + 1 < s_.groups.size(); ++group) {
      llvm::SmallVector<Position> more;
      for (const Position& position : all) {
        for (int64_t i = 0; i < s_.groups[group].tile; ++i) {
          more.push_back(position);
          more.back().offsets.push_back(i);
        }
      }
      all = std::move(more);
    }
    llvm::SmallVector<Position> vectors;
    int64_t each = s_.groups.back().tile;
    for (Position& position : all) {
      position.offsets.push_back(0);
      for (int64_t i = 0; i < (whole + (tail > 0)) * each; ++i) {
        vectors.push_back(position);
        vectors.back().offsets.back() = i / each * s_.lanes * each + i % each;
        if (i / each == whole) vectors.back().mask = mask;
      }
    }
    return vectors;
  }

  /// Computes all results before it stores any: a result may lie where an operand does.
  void store(llvm::ArrayRef<Position> positions) {
    Evaluator evaluator(ix_, s_.lanes, values_);
    std::vector<std::pair<TensorIndex, Value>> computed;
    for (const Position& position : positions) {
      TensorIndex index;
      index.mask = position.mask;
      for (size_t i = 0; i < s_.groups.size(); ++i)
        index.groups.push_back({s_.groups[i].extent, evaluator.math().add(at_[i], position.offsets[i])});
      for (Value result : results_) computed.push_back({index, evaluator.evaluate(result, index)});
    }
    const size_t count = results_.size();
    for (size_t i = 0; i < computed.size(); i += count * s_.groups.back().tile)
      for (size_t output = 0; output < count; ++output) {
        mlir::Type element = llvm::cast<mlir::RankedTensorType>(results_[output].getType()).getElementType();
        const auto& [index, lanes] = computed[i + output];
        if (s_.groups.back().tile == 1) storeLanes(evaluator.math(), lanes, arguments_.outputs[output], element, index);
        else
          storePairs(evaluator.math(), lanes, computed[i + count + output].second, arguments_.outputs[output], element,
                     index);
      }
  }

  IndexBuilder ix_;
  const MapSchedule& s_;
  const KernelArguments& arguments_;
  RegionValues values_;
  Values results_;
  llvm::SmallVector<LaneIndex> at_;
};

}  // namespace

FusionKernel planMap(ir::FusionOp fusion, const Target& target) {
  if (auto copy = planTurnedCopy(fusion, target)) return *copy;
  MapSchedule schedule = scheduleMap(fusion, target);
  FusionKernel kernel;
  kernel.chunks = schedule.chunks;
  kernel.emit = [fusion, schedule](const IndexBuilder& ix, const KernelArguments& arguments) {
    MapEmitter(ix, fusion, schedule, arguments).run();
  };
  return kernel;
}

}  // namespace stator::cpu
