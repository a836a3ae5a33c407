// Attention for a block of queries at a time: their scores lie in scratch memory alone.
#include "compiler/cpu/fusion/accumulate.h"
#include "compiler/cpu/fusion/attention_products.h"
#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/kernel.h"
#include "compiler/kernels/emit_contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace stator::cpu {
namespace {

class AttentionEmitter {
 public:
  AttentionEmitter(const IndexBuilder& ix, ir::FusionOp fusion, const AttentionForm& form,
                   const AttentionSchedule& schedule, const KernelArguments& arguments)
      : ix_(ix),
        form_(form),
        s_(schedule),
        arguments_(arguments),
        values_(bindArguments(fusion, arguments.inputs)),
        results_(yielded(fusion)),
        products_(ix, form, schedule, arguments.scratch, scratchStart()) {}

  void run() {
    ix_.forShare(arguments_.chunk, s_.units, s_.chunks, [&](Value index) { unit(index); });
  }

 private:
  /// Where the chunk's part of the scratch begins, which may be all of it.
  Value scratchStart() {
    int64_t elements = llvm::cast<mlir::MemRefType>(arguments_.scratch.getType()).getNumElements();
    return elements == s_.scratchElements ? ix_.constant(0) : ix_.multiply(arguments_.chunk, s_.scratchElements);
  }

  Value bufferOf(const OperandView& view) { return values_.buffers.lookup(view.buffer); }

  void unit(Value index) {
    Value group = ix_.divide(index, s_.parts), part = ix_.remainder(index, s_.parts);
    Values factors;
    for (const ScoreProduct& product : form_.products) factors.push_back(bufferOf(product.b));
    products_.pack(group, factors);
    for (const ScoreUse& use : form_.uses)
      if (use.transposed) clear(arguments_.outputs[use.result], group, form_.keys * use.width);
    ix_.loop(ix_.share(part, s_.blocks, s_.parts), ix_.share(ix_.add(part, 1), s_.blocks, s_.parts),
             [&](Value block) { this->block(group, ix_.multiply(block, s_.blockRows)); });
  }

  /// Zeros for the sums over queries of a group.
  void clear(Value buffer, Value group, int64_t elements) {
    Value zero = kernels::zeroVector(ix_, products_.vector()), first = ix_.multiply(group, elements);
    int64_t whole = elements / s_.lanes * s_.lanes;
    auto store = [&](Value at, Value mask) {
      kernels::storeVector(ix_.builder, ix_.location, zero, buffer, ix_.add(first, at), mask);
    };
    ix_.loop(ix_.constant(0), ix_.constant(whole), s_.lanes, {}, [&](Value at, ValueRange) {
      store(at, Value());
      return Values{};
    });
    if (whole < elements) store(ix_.constant(whole), kernels::firstLanes(ix_, elements - whole, s_.lanes));
  }

  void block(Value group, Value first) {
    Value rows = ix_.constant(s_.blockRows);
    if (form_.queries % s_.blockRows != 0) rows = lesser(rows, ix_.subtract(ix_.constant(form_.queries), first));
    QueryBlock block{group, first, rows, keysFor(first)};
    for (auto [i, product] : llvm::enumerate(form_.products)) products_.makeScores(i, block, bufferOf(product.a));
    products_.forRows(block, s_.rowsAtOnce, [&](Value row, int64_t count) { this->rows(block, row, count); });
    for (const ScoreUse& use : form_.uses) {
      Value b = bufferOf(use.b), result = arguments_.outputs[use.result];
      if (use.transposed) products_.overQueries(use, block, b, result);
      else products_.overKeys(use, block, b, result);
    }
  }

  Value lesser(Value a, Value b) { return ix_.builder.create<mlir::arith::MinUIOp>(ix_.location, a, b); }

  /// The keys that the queries of a block see.
  KeyRange keysFor(Value first) {
    int64_t whole = form_.keys / s_.panel;
    bool hasRest = whole < s_.panels;
    if (!form_.isCausal) return {ix_.constant(whole), hasRest ? ix_.constant(1) : Value()};
    Value panels = ix_.divide(ix_.add(first, s_.blockRows + s_.panel - 1), s_.panel);
    Value within = lesser(panels, ix_.constant(whole));
    if (!hasRest) return {within, {}};
    return {within, ix_.subtract(lesser(panels, ix_.constant(s_.panels)), within)};
  }

  /// A row of a block, and what is known of it so far.
  struct Row {
    Value query;
    Value row;  ///< in the block
    RegionValues values;
  };

  /// All passes over `count` rows of scores. One row alone would wait for its sums to fold.
  void rows(const QueryBlock& block, Value first, int64_t count) {
    std::vector<Row> rows;
    for (int64_t i = 0; i < count; ++i) {
      Value row = ix_.add(first, i);
      rows.push_back({ix_.add(block.first, row), row, values_});
    }
    for (const RowPass& pass : form_.passes) {
      llvm::SmallVector<Reduction> reductions;
      for (mlir::Operation* op : pass.reductions) reductions.push_back({op, s_.fma});
      Values start;
      for (int64_t i = 0; i < count; ++i)
        for (const Reduction& reduction : reductions) start.append(reduction.start(ix_, s_.lanes));
      Values sums = products_.forKeys(block.keys, start, [&](Value key, int64_t width, ValueRange carried) {
        Values next(carried);
        for (auto [i, row] : llvm::enumerate(rows)) {
          auto own = llvm::MutableArrayRef(next).slice(i * reductions.size(), reductions.size());
          for (int64_t offset = 0; offset < width; offset += s_.lanes)
            takeVector(pass, reductions, row, {block.group, key, offset, width}, own);
        }
        return next;
      });
      for (auto [i, sum] : llvm::enumerate(sums)) {
        const Reduction& reduction = reductions[i % reductions.size()];
        rows[i / reductions.size()].values.vectors[reduction.result()] =
            reduction.finish(ix_, reduction.fold(ix_, {sum}));
      }
    }
    for (const Row& row : rows) storeRow(row, block.group);
  }

  /// A vector of a row: `offset` behind the key that the panel of `width` keys begins with.
  struct Place {
    Value group, key;
    int64_t offset, width;
  };

  void takeVector(const RowPass& pass, llvm::ArrayRef<Reduction> reductions, const Row& row, const Place& place,
                  llvm::MutableArrayRef<Value> sums) {
    RegionValues values = row.values;
    Value scratch = arguments_.scratch;
    auto at = [&](int slot) { return ix_.add(ix_.add(products_.rowOf(slot, row.row), place.key), place.offset); };
    for (const KeptScores& load : pass.loads)
      values.vectors[load.scores] = kernels::loadVector(ix_, products_.vector(), scratch, {at(load.slot), 0}, Value());
    Evaluator evaluator(ix_, s_.lanes, values);
    TensorIndex index = indexOf(place.group, row.query);
    index.groups.push_back({form_.keys, {place.key, 1, place.offset, 1, s_.panel, {}}});
    index.mask = kernels::firstLanes(ix_, place.width - place.offset, s_.lanes);
    for (auto [sum, reduction] : llvm::zip_equal(sums, reductions))
      sum = reduction.take(ix_, evaluator, sum, index, index.groups.back().at)[0];
    Values computed;
    for (const KeptScores& store : pass.stores) computed.push_back(evaluator.evaluate(store.scores, index));
    for (auto [store, vector] : llvm::zip_equal(pass.stores, computed))
      kernels::storeVector(ix_.builder, ix_.location, vector, scratch, at(store.slot), Value());
  }

  TensorIndex indexOf(Value group, Value query) {
    TensorIndex index;
    index.groups.push_back({form_.groups, {group, 1, 0, 0, 1, {}}});
    index.groups.push_back({form_.queries, {query, 1, 0, 0, 1, {}}});
    return index;
  }

  /// The row's elements of results that have one for each row.
  void storeRow(const Row& row, Value group) {
    Evaluator evaluator(ix_, s_.lanes, row.values);
    TensorIndex index = indexOf(group, row.query);
    for (auto [i, result] : llvm::enumerate(results_)) {
      if (llvm::isa<ir::MatmulOp>(result.getDefiningOp())) continue;
      storeLanes(evaluator.math(), evaluator.evaluate(result, index), arguments_.outputs[i],
                 mlir::getElementTypeOrSelf(result), index);
    }
  }

  IndexBuilder ix_;
  const AttentionForm& form_;
  const AttentionSchedule& s_;
  const KernelArguments& arguments_;
  RegionValues values_;
  Values results_;
  AttentionProducts products_;
};

}  // namespace

FusionKernel planAttention(ir::FusionOp fusion, const Target& target) {
  AttentionForm form = attentionOf(fusion);
  AttentionSchedule schedule = scheduleAttention(form, target);
  FusionKernel kernel;
  kernel.chunks = schedule.chunks;
  kernel.scratchElement = mlir::Float32Type::get(fusion.getContext());
  kernel.scratchOnStack = schedule.scratchElements * storageBytes(kernel.scratchElement) <= mostOnStack;
  kernel.scratchElements = schedule.scratchElements * (kernel.scratchOnStack ? 1 : schedule.chunks);
  kernel.emit = [=](const IndexBuilder& ix, const KernelArguments& arguments) {
    AttentionEmitter(ix, fusion, form, schedule, arguments).run();
  };
  return kernel;
}

}  // namespace stator::cpu
