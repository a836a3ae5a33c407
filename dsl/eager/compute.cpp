// Ops that compute: their kernel is found or compiled, runs at once, and goes on the tape.
#include <algorithm>
#include <cstring>

#include "dsl/eager/few.h"
#include "dsl/eager/flat_program.h"
#include "dsl/eager/machine.h"
#include "dsl/eager/nodes.h"
#include "runtime/element.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator::eager {
namespace {

bool is_view(std::string_view op) { return op == "reshape" || op == "broadcast" || op == "permute" || op == "slice"; }

/// Ops on windows of images, whose results lie with the channels last.
bool works_on_images(std::string_view op) {
  return op == "conv2d" || op == "conv2d_input_grad" || op == "max_pool2d" || op == "max_pool2d_indices" ||
         op == "avg_pool2d" || op == "avg_pool2d_grad";
}

std::span<const Attribute> attributes_of(const Operation& operation) {
  return {operation.attributes, static_cast<size_t>(operation.attribute_count)};
}

/// The operands that a gradient is asked of, bit by bit.
uint64_t wanted_of(std::string_view op, std::span<Entry* const> operands) {
  if (operands.size() > 64) throw UserError(concat(op, ": more than 64 operands have no gradient at once"));
  uint64_t wanted = 0;
  for (size_t i = 0; i < operands.size(); ++i)
    if (operands[i]->point) wanted |= uint64_t{1} << i;
  return wanted;
}

/// How many elements `axes` of a value hold.
double count_of(const Attribute& axes, const Dims& dims) {
  double count = 1;
  for (int i = 0; i < axes.count; ++i) count *= static_cast<double>(dims.at[static_cast<size_t>(axes.integers[i])]);
  return count;
}

}  // namespace

int Machine::carry_out(const Operation& operation, std::span<Entry* const> operands, const SymbolNumbers& bound,
                       const Dims& dims) {
  Entry result;
  const DType dtype = operation.result.dtype;
  if (is_view(operation.op)) {
    result = viewed(operation, *operands[0], dims);
  } else if (operation.op == "constant") {
    result = constant(operation.attributes[0].number, dtype, dims);
  } else if (operation.op == "count") {
    result = constant(count_of(operation.attributes[0], operands[0]->dims), dtype, dims);
  } else if (operation.op == "iota") {
    result = counter(dtype, operation.attributes[0].integers[0], dims);
  } else if (operation.op == "random_uniform") {
    result = drawn(attributes_of(operation), operands, dims);
  } else if (operation.op == "detach" || operation.op == "recompute") {
    result = *operands[0];
    if (operation.op == "detach") result.point = nullptr;
  } else if (operation.op == "cast" && operands[0]->constant) {
    result = constant(*operands[0]->constant, dtype, dims);
  } else if (is_elementwise(operation.op)) {
    result = compute_elementwise(operation, operands, dims);
  } else {
    result = compute(operation.op, attributes_of(operation), operands, dtype, dims);
  }
  result.numbers = bound;
  return table.add(std::move(result));
}

/// One element in memory, read in all extents.
Entry Machine::constant(double value, DType dtype, const Dims& dims) {
  Entry result;
  result.block = filled(dtype, 1, value);
  result.data = result.block.data();
  result.dtype = dtype;
  result.constant = value;
  result.spread(dims);
  return result;
}

/// 0, 1, ... in memory once, read along its axis in all extents.
Entry Machine::counter(DType dtype, long axis, const Dims& dims) {
  const int64_t length = dims.at[static_cast<size_t>(axis)];
  Entry& line = counters_[{dtype, length}];
  if (!line.block) {
    line.dtype = dtype;
    line.base = line.dims = {1, {length}};
    line.block = pool.take(line.base_bytes());
    line.data = line.block.data();
    visit_element(dtype, [&]<class T>(std::type_identity<T>) {
      for (int64_t i = 0; i < length; ++i) reinterpret_cast<T*>(line.data)[i] = convert_element<T>(i);
    });
  }
  Entry result = line;
  Dims placed{dims.rank, {}};
  for (int i = 0; i < dims.rank; ++i) placed.at[static_cast<size_t>(i)] = i == axis ? length : 1;
  result.view.reshape(result.base, placed);
  if (!(placed == dims)) result.view.broadcast(dims);
  result.dims = dims;
  return result;
}

Entry Machine::dense(const Entry& entry) {
  if (entry.view.is_plain()) return entry;
  Entry copy = entry;
  Entry* const operand = &copy;
  Entry result = compute("reshape", {}, {&operand, 1}, entry.dtype, entry.dims);
  result.numbers = entry.numbers;
  return result;
}

/// Whether all operands lie alike, or are one element without a gradient: then it does not matter how they lie.
bool Machine::is_flat(std::string_view op, std::span<Entry* const> operands, const Dims& dims) const {
  if (!is_elementwise(op)) return false;
  if (dims.rank == 0)
    return std::all_of(operands.begin(), operands.end(),
                       [](auto* each) { return each->is_single() && each->view.is_plain(); });
  const Entry* first = nullptr;
  for (const Entry* operand : operands) {
    if (operand->is_single()) {
      if (operand->point && records) return false;
      continue;
    }
    if (operand->view.mark() != 0 || !(operand->view.is_plain() || operand->view.is_permute())) return false;
    if (first && !(operand->base == first->base && operand->view == first->view)) return false;
    first = operand;
  }
  return true;
}

/// Where the result's elements lie: as those of the operands do, channels last for images, else in the order of axes.
void Machine::place_result(std::string_view op, std::span<Entry* const> operands, Entry& result) const {
  static constexpr int64_t channels_first[]{0, 3, 1, 2};
  result.base = result.dims;
  if (works_on_images(op) && result.dims.rank == 4) {
    const auto& n = result.dims.at;
    result.base = {4, {n[0], n[2], n[3], n[1]}};
    result.view.permute(channels_first);
    return;
  }
  if (!is_elementwise(op)) return;
  for (const Entry* operand : operands) {
    const bool is_whole = operand->dims == result.dims && operand->view.mark() == 0 &&
                          (operand->view.is_plain() || operand->view.is_permute()) && !operand->is_single();
    if (!is_whole) continue;
    result.base = operand->base;
    result.view = operand->view;
    return;
  }
}

/// An elementwise op: what is one element for all is that in the result's extents, and of such alone it gives such.
Entry Machine::compute_elementwise(const Operation& operation, std::span<Entry* const> operands, const Dims& dims) {
  const bool all_single = std::all_of(operands.begin(), operands.end(), [](auto* each) { return each->is_single(); });
  const Dims computed = all_single ? Dims{} : dims;
  Few<Entry> spread;
  Few<Entry*> fitting;
  spread.reserve(operands.size());
  for (Entry* operand : operands) {
    if (operand->is_single() && !(operand->dims == computed)) {
      spread.push_back(*operand);
      spread.back().spread(computed);
      operand = &spread.back();
    }
    fitting.push_back(operand);
  }
  Entry result = compute(operation.op, attributes_of(operation), span_of(fitting), operation.result.dtype, computed);
  if (!(computed == dims)) result.spread(dims);
  return result;
}

Entry Machine::compute(std::string_view op, std::span<const Attribute> attributes, std::span<Entry* const> operands,
                       DType dtype, const Dims& dims) {
  const bool flat = is_flat(op, operands, dims);
  Entry result;
  result.dtype = dtype;
  result.dims = dims;
  place_result(op, operands, result);
  Few<OperandFacts> facts_of;
  Few<std::byte*> inputs;
  for (const Entry* operand : operands) {
    facts_of.push_back({operand->dtype, operand->base, &operand->view});
    inputs.push_back(operand->data);
  }
  const OpFacts facts{op, attributes, span_of(facts_of), spec_of(dtype, dims), result.base, &result.view};
  const uint64_t wanted = records && is_float(dtype) ? wanted_of(op, operands) : 0;
  OpKernels& code = kernels.find(facts, flat, wanted);
  result.block = pool.take(result.base_bytes());
  result.data = result.block.data();
  code.forward().run({span_of(inputs), {&result.data, 1}}, result.base.element_count(), workspace);
  if (wanted) record(kernels.backward(code, facts, flat, wanted), op, operands, result);
  return result;
}

void Machine::record(const OpCode& backward, std::string_view op, std::span<Entry* const> operands, Entry& result) {
  auto node = std::make_shared<OpNode>(next_order_++, op, backward, result.base.element_count(), pool, workspace);
  auto save = [&](const Entry& entry) {
    const bool is_read = backward.reads_input(static_cast<int>(node->saved.size()));
    if (is_read) node->saved.push_back({entry.block, entry.data, entry.block.version()});
    else node->saved.push_back({});
  };
  node->saved.reserve(operands.size() + 1);
  for (const Entry* operand : operands) {
    save(*operand);
    if (operand->point) node->points.push_back(operand->point);
  }
  save(result);
  result.point = std::make_shared<Point>(Point{result.dtype, result.base, std::move(node), {}, false});
}

}  // namespace stator::eager
