// A recorded function's nodes, given to an eager context one by one.
#include "tests/ops/run_eagerly.h"

#include "tests/ops/torch_cases.h"

namespace stator::tests {
namespace {

class Replay {
 public:
  Replay(Eager& eager, const ProgramGraph& program, const std::vector<TensorValue>& inputs)
      : eager_(eager), function_(program.functions[0]), graph_(function_.graph), inputs_(inputs) {}

  std::vector<TensorValue> run() {
    for (const Node& node : graph_.nodes) values_.push_back(value_of(node));
    std::vector<TensorValue> results;
    for (int result : graph_.results) results.push_back(tensor_of(eager_.array(values_[static_cast<size_t>(result)])));
    return results;
  }

 private:
  Held value_of(const Node& node) {
    if (node.op == "input") {
      const TensorValue& given = inputs_[index_of(node)];
      return eager_.value(node.spec, array_of(given), is_float(given.dtype));
    }
    if (node.op == "slot") return scalar(node, 0);
    if (node.op == "argument") return scalar(node, function_.defaults[index_of(node)]);
    std::vector<int> operands;
    for (int i = 0; i < node.operand_count; ++i)
      operands.push_back(values_[static_cast<size_t>(graph_.operand(node, i))].id);
    return {&eager_, eager_.apply({node.op, operands.data(), node.operand_count,
                                   graph_.attributes.data() + node.first_attribute, node.attribute_count, node.spec})};
  }
  Held scalar(const Node& node, double value) {
    return eager_.value(node.spec, array_of({node.spec.dtype, {}, {value}}));
  }
  size_t index_of(const Node& node) const {
    return static_cast<size_t>(graph_.attributes[static_cast<size_t>(node.first_attribute)].integers[0]);
  }

  Eager& eager_;
  const Function& function_;
  const Graph& graph_;
  const std::vector<TensorValue>& inputs_;
  std::vector<Held> values_;
};

}  // namespace

std::vector<TensorValue> run_eagerly(Eager& eager, const ProgramGraph& program,
                                     const std::vector<TensorValue>& inputs) {
  return Replay(eager, program, inputs).run();
}

bool can_run_eagerly(const ProgramGraph& program) {
  const Graph& graph = program.functions[0].graph;
  std::vector<char> behind_gradient;
  for (const Node& node : graph.nodes) {
    bool behind = false;
    for (int i = 0; i < node.operand_count; ++i)
      behind = behind || behind_gradient[static_cast<size_t>(graph.operand(node, i))];
    if (behind && node.op == "gradient") return false;
    behind_gradient.push_back(behind || node.op == "gradient");
  }
  return true;
}

}  // namespace stator::tests
