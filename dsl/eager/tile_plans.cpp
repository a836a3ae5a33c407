// Which ops run by tiles, and how: elementwise ops, sums, maxima and copies, where elements of their tensors come in
// runs.
#include <bit>

#include "dsl/eager/flat_program.h"
#include "dsl/eager/op_kernels.h"
#include "dsl/eager/tiled_code.h"

namespace stator::eager {
namespace {

/// The loops over a dense tensor of extents `base` that is read through `view`, in the order in which a value lies that
/// is read through `lie`; nothing where elements are better read by code for the shape.
std::optional<Nest> nest_in(const View* lie, const Dims& base, const View& view) {
  const std::optional<Nest> nest = nest_of(base, view);
  if (!nest) return {};
  const Nest ordered = (lie ? in_order_of(*nest, *lie) : *nest).collapsed();
  return comes_in_runs(ordered) ? std::optional(ordered) : std::nullopt;
}

const View& view_of(const OperandFacts& operand) {
  static const View plain = View();
  return operand.view ? *operand.view : plain;
}

/// The extents of an operand's gradient.
Dims gradient_dims(const OperandFacts& operand) {
  const View& view = view_of(operand);
  Dims dims = operand.base;
  if (view.mark() == 0) return dims;
  const std::optional<Nest> nest = nest_of(operand.base, view.before_mark());
  dims.rank = nest->rank;
  for (size_t i = 0; i < static_cast<size_t>(dims.rank); ++i) dims.at[i] = nest->at[i].extent;
  return dims;
}

Dims dims_of(const TensorSpec& spec) {
  Dims dims{spec.rank(), {}};
  for (int i = 0; i < dims.rank; ++i) dims.at[static_cast<size_t>(i)] = spec.extents[i].number;
  return dims;
}

/// A dense tensor of extents `dims`, met as often as one of as many axes with the extents of `by` has elements.
Nest stretched(const Dims& dims, const Nest& by) {
  Nest nest = dense_nest(dims);
  for (size_t i = 0; i < static_cast<size_t>(by.rank); ++i)
    if (dims.at[i] != by.at[i].extent) nest.at[i] = {by.at[i].extent, 0};
  return nest;
}

/// Whether elements go to `to` in many short rows of a length that there is no code for: then code for the shape is
/// faster.
bool are_odd_rows(const Nest& to) {
  constexpr int64_t many = 1 << 16;
  if (to.is_dense() || to.last().stride != 0 || to.last().extent > longest_row || to.element_count() <= many)
    return false;
  const int64_t length = row_length_of(to.last().extent);
  return length == 0 || to.last().extent % length != 0;
}

/// What is permuted alone is walked through as it lies; all else in the order of its axes.
View order_of(const View& view) { return view.is_permute() ? view : View(); }

/// The operands as flat code has them: as long as the result, or one element for all, which no gradient is wanted of.
std::vector<OperandFacts> flat_operands(const OpFacts& facts, uint64_t wanted) {
  std::vector<OperandFacts> operands;
  for (const OperandFacts& operand : facts.operands) {
    const bool is_long = !is_single(facts, operand) || (wanted >> operands.size() & 1);
    operands.push_back({operand.dtype, is_long ? facts.result_base : Dims{}, nullptr});
  }
  return operands;
}

OpFacts flat_facts(const OpFacts& facts, std::span<const OperandFacts> operands) {
  return {facts.op, facts.attributes, operands, facts.result, facts.result_base, nullptr};
}

}  // namespace

TileInput KernelStore::tile_input(const Nest& nest, DType dtype) {
  TileInput input{nest, size_bytes(dtype)};
  const Nest::Axis& row = nest.last();
  const bool is_row = nest.rank > 1 && row.stride == 0 && row.extent >= least_row && row.extent < longest_row;
  if (is_row && std::has_single_bit(static_cast<uint64_t>(row.extent)))
    input.spread = spread(input.element_bytes, row.extent);
  return input;
}

TileOutput KernelStore::tile_output(const Nest& nest, int64_t elements, DType dtype, Reduction reduction) {
  TileOutput output{nest, elements, dtype};
  output.sum.reduction = reduction;
  if (!output.is_reduced()) return output;
  output.sum = {reduction, dtype, &accumulate(reduction, dtype)};
  if (nest.last().stride == 0) output.sum.row_length = row_length_of(nest.last().extent);
  const int64_t width = nest.repeats().period;
  if (width >= least_row && width <= most_period && std::has_single_bit(static_cast<uint64_t>(width)))
    output.sum.columns = &columns(reduction, dtype, width);
  if (output.sum.row_length > 0) output.sum.rows = &rows(reduction, dtype, output.sum.row_length);
  return output;
}

std::optional<TiledCode> KernelStore::tiled(const OpFacts& facts) {
  const bool is_copy = facts.op == "reshape" && facts.result_view->is_plain();
  if (facts.op == "sum" || facts.op == "max" || is_copy) return tiled_reduction(facts);
  if (!is_elementwise(facts.op)) return {};
  std::vector<TileInput> inputs;
  for (const OperandFacts& operand : facts.operands) {
    const std::optional<Nest> nest = nest_in(facts.result_view, operand.base, view_of(operand));
    if (!nest) return {};
    inputs.push_back(tile_input(*nest, operand.dtype));
  }
  const std::vector<OperandFacts> operands = flat_operands(facts, 0);
  const OpCode& code = find(flat_facts(facts, operands), true, 0).forward();
  const int64_t count = facts.result_base.element_count();
  const Nest lie = dense_nest(facts.result_base).collapsed();
  return TiledCode(&code, std::move(inputs), {tile_output(lie, count, facts.result.dtype, Reduction::sum)}, count);
}

std::optional<TiledCode> KernelStore::tiled_reduction(const OpFacts& facts) {
  const OperandFacts& x = facts.operands[0];
  const View order = facts.op == "reshape" ? View() : order_of(view_of(x));
  const std::optional<Nest> nest = nest_of(x.base, view_of(x)), from = nest_in(&order, x.base, view_of(x));
  const Dims dims = dims_of(facts.result);
  if (!from || (facts.op == "reshape" && dims.rank != nest->rank)) return {};
  const Nest to = in_order_of(stretched(dims, *nest), order).collapsed();
  if (are_odd_rows(to) || (!to.is_dense() && !may_be_summed(x.dtype))) return {};
  const Reduction reduction = facts.op == "max" ? Reduction::max : Reduction::sum;
  TileOutput output = tile_output(to, dims.element_count(), x.dtype, reduction);
  output.copied_input = 0;
  return TiledCode(nullptr, {tile_input(*from, x.dtype)}, {output}, from->element_count());
}

std::optional<TiledCode> KernelStore::tiled_backward(const OpFacts& facts, uint64_t wanted) {
  if (facts.op == "sum" || facts.op == "reshape") return tiled_reduction_backward(facts);
  if (!is_elementwise(facts.op)) return {};
  const std::vector<OperandFacts> operands = flat_operands(facts, wanted);
  const OpFacts flat = flat_facts(facts, operands);
  std::vector<TileInput> inputs;
  std::vector<Nest> gradients;
  for (size_t i = 0; i < operands.size(); ++i) {
    const OperandFacts& operand = facts.operands[i];
    const std::optional<Nest> nest = nest_in(facts.result_view, operand.base, view_of(operand));
    if (!nest) return {};
    inputs.push_back(tile_input(*nest, operand.dtype));
    if (!(wanted >> i & 1)) continue;
    const auto gradient = nest_in(facts.result_view, gradient_dims(operand), view_of(operand).behind_mark());
    if (!gradient || are_odd_rows(*gradient) || !may_be_summed(operand.dtype)) return {};
    gradients.push_back(*gradient);
  }
  const OpCode& code = backward(find(flat, true, 0), flat, true, wanted);
  const Nest lie = dense_nest(facts.result_base).collapsed();
  inputs.insert(inputs.end(), 2, tile_input(lie, facts.result.dtype));  // the result, and its cotangent
  std::vector<TileOutput> outputs;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!(wanted >> i & 1)) continue;
    const OperandFacts& operand = facts.operands[i];
    outputs.push_back(
        tile_output(gradients[outputs.size()], gradient_dims(operand).element_count(), operand.dtype, Reduction::sum));
    outputs.back().copied_input = code.copied_input(static_cast<int>(outputs.size()) - 1);
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs[i].is_read = code.has_code() && code.reads_input(static_cast<int>(i));
    for (const TileOutput& output : outputs)
      inputs[i].is_read = inputs[i].is_read || output.copied_input == static_cast<int>(i);
  }
  return TiledCode(code.has_code() ? &code : nullptr, std::move(inputs), std::move(outputs),
                   facts.result_base.element_count());
}

/// The cotangent goes to all elements that were summed up, in the order in which the gradient lies.
std::optional<TiledCode> KernelStore::tiled_reduction_backward(const OpFacts& facts) {
  const OperandFacts& x = facts.operands[0];
  const std::optional<Nest> nest = nest_of(x.base, view_of(x));
  const Dims dims = dims_of(facts.result), gathered = gradient_dims(x);
  if (!nest || dims.rank != nest->rank || !may_be_summed(x.dtype)) return {};
  const View view = view_of(x).behind_mark(), order = order_of(view);
  const Nest from = in_order_of(stretched(dims, *nest), order).collapsed();
  const std::optional<Nest> to = nest_in(&order, gathered, view);
  if (!to || !comes_in_runs(from)) return {};
  TileInput operand{from, size_bytes(x.dtype), false}, cotangent = tile_input(from, x.dtype);
  TileOutput output = tile_output(*to, gathered.element_count(), x.dtype, Reduction::sum);
  output.copied_input = 2;  // behind the operand and the result
  return TiledCode(nullptr, {operand, operand, cotangent}, {output}, from.element_count());
}

}  // namespace stator::eager
