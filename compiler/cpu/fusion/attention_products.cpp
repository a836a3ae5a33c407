// The products of an attention kernel over register tiles.
#include "compiler/cpu/fusion/attention_products.h"

#include "compiler/kernels/contraction_pack.h"
#include "compiler/kernels/emit_contraction.h"

namespace stator::cpu {

using kernels::Dim;

AttentionProducts::AttentionProducts(const IndexBuilder& ix, const AttentionForm& form,
                                     const AttentionSchedule& schedule, Value scratch, Value scratchStart)
    : ix_(ix),
      form_(form),
      s_(schedule),
      scratch_(scratch),
      start_(scratchStart),
      vector_(mlir::VectorType::get({schedule.lanes}, ix.builder.getF32Type())) {}

Values AttentionProducts::forKeys(const KeyRange& keys, Values carried,
                                  llvm::function_ref<Values(Value, int64_t, ValueRange)> body) const {
  carried = ix_.loop(ix_.constant(0), keys.panels, 1, carried, [&](Value panel, ValueRange inner) {
    return body(ix_.multiply(panel, s_.panel), s_.panel, inner);
  });
  if (!keys.rest) return carried;
  int64_t whole = form_.keys / s_.panel * s_.panel;
  return ix_.loop(ix_.constant(0), keys.rest, 1, carried,
                  [&](Value, ValueRange inner) { return body(ix_.constant(whole), form_.keys - whole, inner); });
}

Value AttentionProducts::rowOf(int slot, Value row) const {
  Value first = ix_.add(start_, s_.packedElements + slot * s_.blockRows * s_.slotStride);
  return ix_.add(first, ix_.multiply(row, s_.slotStride));
}

Value AttentionProducts::packedStart(size_t product) const {
  int64_t before = 0;
  for (size_t i = 0; i < product; ++i) before += s_.panels * s_.panel * form_.products[i].inner;
  return ix_.add(start_, before);
}

/// Where a group begins in an operand.
Value AttentionProducts::groupOffset(const OperandView& view, Value group) const {
  Values digits = ix_.split(group, view.shape.drop_back(2));
  Value offset = ix_.constant(view.offset);
  for (auto [digit, stride] : llvm::zip(digits, view.strides)) offset = ix_.add(offset, ix_.multiply(digit, stride));
  return offset;
}

Values AttentionProducts::forRows(const QueryBlock& block, int64_t step, Values carried,
                                  llvm::function_ref<Values(Value, int64_t, ValueRange)> body) const {
  Value whole = ix_.divide(block.rows, step);
  carried = ix_.loop(ix_.constant(0), whole, 1, carried,
                     [&](Value index, ValueRange inner) { return body(ix_.multiply(index, step), step, inner); });
  if (form_.queries % step == 0) return carried;
  return ix_.loop(ix_.multiply(whole, step), block.rows, 1, carried,
                  [&](Value index, ValueRange inner) { return body(index, 1, inner); });
}

void AttentionProducts::forRows(const QueryBlock& block, int64_t step,
                                llvm::function_ref<void(Value, int64_t)> body) const {
  forRows(block, step, {}, [&](Value first, int64_t count, ValueRange) {
    body(first, count);
    return Values{};
  });
}

void AttentionProducts::forColumns(int64_t extent, int64_t step, llvm::function_ref<void(Value, int64_t)> body) const {
  int64_t whole = extent / step;
  if (whole > 0) ix_.loop(whole, [&](Value index) { body(ix_.multiply(index, step), step); });
  if (extent % step != 0) body(ix_.constant(whole * step), extent % step);
}

kernels::RegisterTile AttentionProducts::tile(Value a, Value b, int64_t rows, int64_t rowStride, int64_t columns,
                                              Dim reduction, bool padded) const {
  kernels::RegisterTile tile;
  tile.vector = vector_;
  tile.a = a, tile.b = b;
  for (int64_t row = 0; row < rows; ++row) tile.rowOffsets.push_back(row * rowStride);
  tile.columns = columns;
  tile.padded = padded;
  tile.reductions = {reduction};
  tile.fma = s_.fma;
  return tile;
}

Values AttentionProducts::zeros(int64_t count) const { return Values(count, kernels::zeroVector(ix_, vector_)); }

Values AttentionProducts::load(Value buffer, Value first, int64_t stride, int64_t rows, int64_t columns) const {
  Values loaded;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; column += s_.lanes)
      loaded.push_back(kernels::loadVector(ix_, vector_, buffer, {first, row * stride + column},
                                           kernels::firstLanes(ix_, columns - column, s_.lanes)));
  return loaded;
}

void AttentionProducts::store(const Values& sums, Value buffer, Value first, int64_t stride, int64_t columns) const {
  int64_t vectors = (columns + s_.lanes - 1) / s_.lanes;
  for (auto [i, sum] : llvm::enumerate(sums)) {
    int64_t row = static_cast<int64_t>(i) / vectors, column = static_cast<int64_t>(i) % vectors * s_.lanes;
    kernels::storeVector(ix_.builder, ix_.location, sum, buffer, ix_.add(first, row * stride + column),
                         kernels::firstLanes(ix_, columns - column, s_.lanes));
  }
}

void AttentionProducts::pack(Value group, llvm::ArrayRef<Value> factors) const {
  for (auto [i, product] : llvm::enumerate(form_.products)) {
    int64_t inner = product.b.strides[product.b.strides.size() - 2], column = product.b.strides.back();
    kernels::ContractionForm form;
    form.columns = {form_.keys, 0, column, 1};
    kernels::ContractionSchedule schedule;
    schedule.panelColumns = s_.panel;
    schedule.reductions = {{product.inner, 0, inner, 0}};
    Value from = groupOffset(product.b, group), to = packedStart(i), factor = factors[i];
    int64_t elements = product.inner * s_.panel;
    auto copy = [&](Value panel, int64_t width) {
      kernels::packPanel(ix_, form, schedule, vector_, factor, ix_.add(from, ix_.multiply(panel, s_.panel * column)),
                         scratch_, ix_.add(to, ix_.multiply(panel, elements)), width);
    };
    int64_t whole = form_.keys / s_.panel;
    if (whole > 0) ix_.loop(whole, [&](Value panel) { copy(panel, s_.panel); });
    if (whole < s_.panels) copy(ix_.constant(whole), form_.keys - whole * s_.panel);
  }
}

void AttentionProducts::makeScores(size_t number, const QueryBlock& block, Value a) const {
  const ScoreProduct& product = form_.products[number];
  int64_t rank = static_cast<int64_t>(product.a.strides.size()), row = product.a.strides[rank - 2];
  int slot = form_.slots.lookup(product.scores);
  Value from = ix_.add(groupOffset(product.a, block.group), ix_.multiply(block.first, row));
  Value panels = block.keys.rest ? ix_.add(block.keys.panels, block.keys.rest) : block.keys.panels;
  ix_.loop(ix_.constant(0), panels, [&](Value panel) {
    Value b = ix_.add(packedStart(number), ix_.multiply(panel, product.inner * s_.panel));
    forRows(block, s_.tileRows, [&](Value first, int64_t rows) {
      auto registers =
          tile(a, scratch_, rows, row, s_.panel, {product.inner, product.a.strides.back(), s_.panel, 0}, true);
      Values sums = kernels::accumulateBroadcast(ix_, registers, {ix_.add(from, ix_.multiply(first, row)), 0}, {b, 0},
                                                 zeros(rows * s_.tileVectors));
      store(sums, scratch_, ix_.add(rowOf(slot, first), ix_.multiply(panel, s_.panel)), s_.slotStride, s_.panel);
    });
  });
}

void AttentionProducts::overKeys(const ScoreUse& use, const QueryBlock& block, Value b, Value result) const {
  int64_t row = use.b.strides[use.b.strides.size() - 2];
  int slot = form_.slots.lookup(use.scores);
  Value from = groupOffset(use.b, block.group);
  Value to = ix_.multiply(ix_.add(ix_.multiply(block.group, form_.queries), block.first), use.width);
  forColumns(use.width, s_.panel, [&](Value column, int64_t columns) {
    int64_t vectors = (columns + s_.lanes - 1) / s_.lanes;
    forRows(block, s_.tileRows, [&](Value first, int64_t rows) {
      Values sums = forKeys(block.keys, zeros(rows * vectors), [&](Value key, int64_t width, ValueRange carried) {
        auto registers = tile(scratch_, b, rows, s_.slotStride, columns, {width, 1, row, 0}, false);
        Value begin = ix_.add(ix_.add(from, ix_.multiply(key, row)), column);
        return kernels::accumulateBroadcast(ix_, registers, {ix_.add(rowOf(slot, first), key), 0}, {begin, 0},
                                            Values(carried));
      });
      store(sums, result, ix_.add(ix_.add(to, ix_.multiply(first, use.width)), column), use.width, columns);
    });
  });
}

void AttentionProducts::overQueries(const ScoreUse& use, const QueryBlock& block, Value b, Value result) const {
  int64_t row = use.b.strides[use.b.strides.size() - 2];
  int slot = form_.slots.lookup(use.scores);
  Value from = ix_.add(groupOffset(use.b, block.group), ix_.multiply(block.first, row));
  Value to = ix_.multiply(block.group, form_.keys * use.width);
  forColumns(use.width, s_.panel, [&](Value column, int64_t columns) {
    forKeys(block.keys, {}, [&](Value key, int64_t width, ValueRange) {
      forColumns(width, s_.tileRows, [&](Value offset, int64_t rows) {
        Value first = ix_.add(key, offset), at = ix_.add(ix_.add(to, ix_.multiply(first, use.width)), column);
        Value scores = ix_.add(rowOf(slot, ix_.constant(0)), first);
        Values sums = load(result, at, use.width, rows, columns);
        sums = forRows(block, s_.tileRows, sums, [&](Value query, int64_t count, ValueRange carried) {
          auto registers = tile(scratch_, b, rows, 1, columns, {count, s_.slotStride, row, 0}, false);
          Value begin = ix_.add(ix_.add(from, ix_.multiply(query, row)), column);
          return kernels::accumulateBroadcast(ix_, registers, {ix_.add(scores, ix_.multiply(query, s_.slotStride)), 0},
                                              {begin, 0}, Values(carried));
        });
        store(sums, result, at, use.width, columns);
      });
      return Values{};
    });
  });
}

}  // namespace stator::cpu
