// Graphs of single ops.
#include "dsl/eager/op_program.h"

#include <vector>

#include "dsl/eager/pieces.h"

namespace stator::eager {
namespace {

/// Builds the one function of a program.
class Builder {
 public:
  explicit Builder(std::string_view name) { function_.name = Name(name); }

  int input(const TensorSpec& spec) {
    const Attribute index = Attribute::of("index", static_cast<long>(function_.inputs.size()));
    function_.inputs.push_back(spec);
    return graph().add({"input", nullptr, 0, &index, 1, spec});
  }
  int add(std::string_view op, std::initializer_list<int> operands, const TensorSpec& spec) {
    return graph().add({op, operands.begin(), static_cast<int>(operands.size()), nullptr, 0, spec});
  }
  /// The sum of all elements.
  int total(int node, const TensorSpec& spec) {
    if (spec.rank() == 0) return node;
    TensorSpec ones = spec;
    Attribute all = Attribute::of("axes", nullptr, 0);
    for (int i = 0; i < max_rank && i < spec.rank(); ++i) {
      all.integers[i] = i;
      ones.extents[i] = Extent(1);
    }
    all.count = spec.rank();
    const int sum = graph().add({"sum", &node, 1, &all, 1, ones});
    return add("reshape", {sum}, {spec.dtype, {}});
  }
  /// The node with one of its axes reduced, whose spec is then `spec`.
  int reduce(Reduction reduction, int node, long axis, const TensorSpec& spec) {
    const Attribute axes = Attribute::of("axes", &axis, 1);
    return graph().add({reduction == Reduction::sum ? "sum" : "max", &node, 1, &axes, 1, spec});
  }
  /// The program that adds the node to its one slot, or makes that the greater of both.
  ProgramGraph accumulate(Reduction reduction, int node, const TensorSpec& spec) {
    const Attribute index = Attribute::of("index", 0L);
    const int sum = graph().add({"slot", nullptr, 0, &index, 1, spec});
    graph().updates.push_back({0, add(reduction == Reduction::sum ? "add" : "maximum", {sum, node}, spec)});
    ProgramGraph program = finish();
    program.slots.push_back({Name("sum"), spec, Slot::Role::buffer, {}});
    return program;
  }
  void result(int node) { graph().results.push_back(node); }
  Graph& graph() { return function_.graph; }
  ProgramGraph finish() {
    ProgramGraph program;
    program.functions.push_back(std::move(function_));
    return program;
  }

 private:
  Function function_;
};

/// The operands as inputs, and the op on them; `marks`: the nodes whose gradients are those of the operands.
int add_op(Builder& builder, const OpFacts& facts, std::vector<int>& marks) {
  std::vector<int> operands;
  for (const OperandFacts& operand : facts.operands) {
    TensorSpec spec = spec_of(operand.dtype, operand.base);
    const int input = builder.input(spec);
    marks.push_back(input);
    operands.push_back(operand.view ? operand.view->append_to(builder.graph(), input, spec, &marks.back()) : input);
  }
  return builder.graph().add({facts.op, operands.data(), static_cast<int>(operands.size()), facts.attributes.data(),
                              static_cast<int>(facts.attributes.size()), facts.result});
}

/// An input of the result's dense extents, read as the result.
int add_result_input(Builder& builder, const OpFacts& facts) {
  TensorSpec spec = spec_of(facts.result.dtype, facts.result_base);
  const int input = builder.input(spec);
  return facts.result_view ? facts.result_view->append_to(builder.graph(), input, spec) : input;
}

/// The axes that bring a permuted value back to how its tensor lies.
std::vector<long> inverse_axes(const View& view) {
  const std::span<const int64_t> words = view.words();
  std::vector<long> axes(static_cast<size_t>(words[1]));
  for (size_t i = 0; i < axes.size(); ++i) axes[static_cast<size_t>(words[2 + i])] = static_cast<long>(i);
  return axes;
}

}  // namespace

ProgramGraph forward_program(const OpFacts& facts) {
  Builder builder("forward");
  std::vector<int> marks;
  int node = add_op(builder, facts, marks);
  if (facts.result_view && !facts.result_view->is_plain()) {
    const std::vector<long> axes = inverse_axes(*facts.result_view);
    const Attribute attribute = Attribute::of("axes", axes.data(), static_cast<int>(axes.size()));
    node = builder.graph().add({"permute", &node, 1, &attribute, 1, spec_of(facts.result.dtype, facts.result_base)});
  }
  builder.result(node);
  return builder.finish();
}

ProgramGraph backward_program(const OpFacts& facts, uint64_t wanted) {
  Builder builder("backward");
  std::vector<int> marks;
  const int computed = add_op(builder, facts, marks);
  const int held = add_result_input(builder, facts), cotangent = add_result_input(builder, facts);
  const int known = builder.add("known", {computed, held}, facts.result);
  const int weighted = builder.add("mul", {known, cotangent}, facts.result);
  const int total = builder.total(weighted, facts.result);
  for (size_t i = 0; i < facts.operands.size(); ++i) {
    if (!(wanted >> i & 1)) continue;
    const TensorSpec spec = builder.graph().nodes[static_cast<size_t>(marks[i])].spec;
    builder.result(builder.add("gradient", {total, marks[i]}, spec));
  }
  return builder.finish();
}

ProgramGraph accumulate_program(Reduction reduction, DType dtype, int64_t count) {
  Builder builder("accumulate");
  const TensorSpec spec = spec_of(dtype, {1, {count}});
  return builder.accumulate(reduction, builder.input(spec), spec);
}

ProgramGraph rows_program(Reduction reduction, DType dtype, int64_t length) {
  Builder builder("rows");
  const int64_t rows = flat_pieces[0] / length;
  const int input = builder.input(spec_of(dtype, {2, {rows, length}}));
  const int reduced = builder.reduce(reduction, input, 1, spec_of(dtype, {2, {rows, 1}}));
  builder.result(builder.add("reshape", {reduced}, spec_of(dtype, {1, {rows}})));
  return builder.finish();
}

ProgramGraph columns_program(Reduction reduction, DType dtype, int64_t width) {
  Builder builder("columns");
  const TensorSpec spec = spec_of(dtype, {1, {width}});
  const int input = builder.input(spec_of(dtype, {2, {flat_pieces[0] / width, width}}));
  const int reduced = builder.reduce(reduction, input, 0, spec_of(dtype, {2, {1, width}}));
  return builder.accumulate(reduction, builder.add("reshape", {reduced}, spec), spec);
}

ProgramGraph spread_program(DType dtype, int64_t length) {
  Builder builder("spread");
  const int64_t rows = flat_pieces[0] / length;
  const int input = builder.input(spec_of(dtype, {1, {rows}}));
  const int column = builder.add("reshape", {input}, spec_of(dtype, {2, {rows, 1}}));
  builder.result(builder.add("broadcast", {column}, spec_of(dtype, {2, {rows, length}})));
  return builder.finish();
}

}  // namespace stator::eager
