// Values that come from outside and go there, and the walk back.
#include "dsl/eager/machine.h"

#include <cstring>

#include "dsl/eager/few.h"
#include "runtime/element.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator::eager {

Dims bound_dims(std::string_view op, const Extents& extents, const SymbolNumbers& numbers) {
  Dims dims{extents.rank, {}};
  for (int axis = 0; axis < extents.rank; ++axis) {
    int64_t number = extents[axis].number;
    for (Symbol s : extents[axis].symbols) {
      if (s == symbol::none) break;
      if (numbers[s] == 0)
        throw UserError(concat(op, ": no tensor has told yet what number the symbol '", symbol::name_of(s), "' is"));
      number *= numbers[s];
    }
    dims.at[static_cast<size_t>(axis)] = number;
  }
  return dims;
}

Machine::Machine(CompileOptions options, int threads)
    : workspace(threads_or_all(threads)), kernels(std::move(options)) {}

/// What the operands' symbols are. A constant has none, and fits whatever it meets; its extents are, until then, those
/// of the tensor that was given last.
SymbolNumbers Machine::bound_numbers(std::string_view op, std::span<Entry* const> operands) const {
  SymbolNumbers bound{};
  for (const Entry* operand : operands)
    for (size_t s = 1; s < bound.size(); ++s) {
      const int64_t number = operand->numbers[s];
      if (number != 0 && bound[s] != 0 && number != bound[s])
        throw UserError(concat(op, ": operands disagree on the symbol '", symbol::name_of(static_cast<Symbol>(s)),
                               "': ", bound[s], " and ", number));
      if (number != 0) bound[s] = number;
    }
  return bound;
}

int Machine::apply(const Operation& operation) {
  const bool opens = operation.op == rule::Scan::state || operation.op == rule::Scan::element;
  if (opens || (recording_.is_open() && !recording_.is_closed_by(operation))) return note(operation);
  if (operation.op == rule::Scan::name) return run_scan(operation);
  if (operation.op == rule::Scan::result) return scan_result(operation);
  if (operation.op == "gradient") return gradient(operation.operands[0], operation.operands[1]);
  Few<Entry*> operands;
  for (int i = 0; i < operation.operand_count; ++i) operands.push_back(&table.at(operation.operands[i]));
  const SymbolNumbers bound = bound_numbers(operation.op, span_of(operands));
  SymbolNumbers all = bound;
  for (size_t s = 1; s < all.size(); ++s)
    if (all[s] == 0) all[s] = numbers[s];
  return carry_out(operation, span_of(operands), bound, bound_dims(operation.op, operation.result.extents, all));
}

int Machine::add_array(const NdArray& array, const SymbolNumbers& of_array, bool wants_gradient) {
  const NdArray given = array.contiguous();
  Entry entry;
  entry.dtype = given.dtype();
  entry.dims = {given.rank(), {}};
  for (int i = 0; i < given.rank(); ++i) entry.dims.at[static_cast<size_t>(i)] = given.extent(i);
  entry.base = entry.dims;
  entry.block = pool.share(given);
  entry.data = entry.block.data();
  entry.numbers = of_array;
  if (wants_gradient) entry.point = std::make_shared<Point>(Point{entry.dtype, entry.base, nullptr, {}, false});
  for (size_t s = 1; s < numbers.size(); ++s)
    if (of_array[s] != 0) numbers[s] = of_array[s];
  return table.add(std::move(entry));
}

int Machine::add_leaf(DType dtype, const Dims& dims, std::span<const int> axes, bool wants_gradient) {
  Entry entry;
  entry.dtype = dtype;
  entry.dims = entry.base = dims;
  int64_t back[max_rank]{};
  for (size_t i = 0; i < axes.size(); ++i) {
    entry.base.at[i] = dims.at[static_cast<size_t>(axes[i])];
    back[axes[i]] = static_cast<int64_t>(i);
  }
  if (!axes.empty()) entry.view.permute({back, axes.size()});
  entry.block = pool.take(entry.base_bytes());
  entry.data = entry.block.data();
  if (wants_gradient) entry.point = std::make_shared<Point>(Point{dtype, entry.base, nullptr, {}, false});
  const int id = table.add(std::move(entry));
  table.retain(id);
  return id;
}

NdArray Machine::array(int id) {
  const bool recorded = std::exchange(records, false);
  const Entry value = dense(table.at(id));
  records = recorded;
  NdArray::Extents extents(value.dims.span().begin(), value.dims.span().end());
  NdArray result = NdArray::empty(value.dtype, std::move(extents));
  std::memcpy(result.bytes(), value.data, static_cast<size_t>(result.size_bytes()));
  return result;
}

void Machine::assign(int leaf, int value) {
  const Entry& to = table.at(leaf);
  const bool recorded = std::exchange(records, false);
  Entry from = table.at(value);
  if (!(from.view == to.view && from.base == to.base)) from = dense(from);
  records = recorded;
  if (!(from.dims == to.dims) || from.dtype != to.dtype)
    throw UserError("assign: the value is not of the type of what it is assigned to");
  if (!(from.view == to.view))
    throw InternalError("eager: a leaf that lies with its axes in another order is assigned");
  std::memcpy(to.data, from.data, static_cast<size_t>(to.base_bytes()));
  table.at(leaf).block.touch();
}

BlockRef Machine::filled(DType dtype, int64_t count, double value) {
  BlockRef block = pool.take(count * size_bytes(dtype));
  visit_element(dtype, [&]<class T>(std::type_identity<T>) {
    std::fill_n(reinterpret_cast<T*>(block.data()), count, convert_element<T>(value));
  });
  return block;
}

void Machine::add(BlockRef& sum, const BlockRef& more, DType dtype, int64_t count) {
  if (!sum.is_only()) {
    BlockRef own = pool.take(count * size_bytes(dtype));
    std::memcpy(own.data(), sum.data(), static_cast<size_t>(count * size_bytes(dtype)));
    sum = std::move(own);
  }
  std::byte *from = more.data(), *to = sum.data();
  kernels.accumulate(Reduction::sum, dtype).run({{&from, 1}, {}, {&to, 1}}, count, workspace);
}

void Machine::backward(int id, bool keeps_tape) {
  const Entry& loss = table.at(id);
  if (loss.dims.rank != 0) throw UserError("backward: the loss is not a scalar");
  if (!loss.point)
    throw UserError("backward: nothing that the loss was computed from wants a gradient, or no_grad was in force");
  Walk(*this, keeps_tape, nullptr).run(loss.point);
}

/// A gradient that gathered at the point of `of`, read as `of` reads its tensor from there on.
static Entry gradient_of(const Entry& of, BlockRef sum) {
  Entry result = of;
  result.constant.reset();
  result.point = nullptr;
  result.view = of.view.behind_mark();
  result.base = of.point->dims;
  result.block = std::move(sum);
  result.data = result.block.data();
  return result;
}

int Machine::gradient(int scalar, int id) {
  const Entry& x = table.at(id);
  const PointRef from = table.at(scalar).point, to = x.point;
  if (!to) throw UserError("gradient: none was asked of this value: make its tensor with requires_grad");
  BlockRef sum;
  if (from) {
    Walk walk(*this, true, to.get());
    walk.run(from);
    sum = walk.target_sum();
  }
  if (!sum) sum = zeros(x.dtype, to->dims.element_count());
  return table.add(gradient_of(x, std::move(sum)));
}

int Machine::grad(int id) {
  const Entry& x = table.at(id);
  if (!x.point || !x.point->sum)
    throw UserError("grad: no backward has reached this value, or no gradient was asked of it");
  return table.add(gradient_of(x, x.point->sum));
}

void Machine::clear_grad(int id) {
  if (const PointRef& point = table.at(id).point) point->sum = BlockRef();
}

}  // namespace stator::eager
