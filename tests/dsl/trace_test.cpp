// Tracing: the graph of a program at compile time, the same one at run time, and what it holds.
#include <algorithm>

#include "tests/catch.h"
#include "tests/dsl/graph_hash.h"
#include "tests/dsl/models.h"

using namespace models;

namespace {

constexpr long count(const st::Graph& graph, std::string_view op) {
  long n = 0;
  for (const st::Node& node : graph.nodes) n += node.op == op;
  return n;
}
static_assert(count(convnet.graph().functions[0].graph, "conv2d") == 2 &&
              count(convnet.graph().functions[0].graph, "matmul") == 2);
static_assert(count(convnet.graph().functions[0].graph, "random_uniform") == 0, "a function evaluates");
static_assert(count(convnet.graph().functions[2].graph, "random_uniform") == 2, "a training step drops");
static_assert(count(convnet.graph().functions[2].graph, "gradient") == 8);
static_assert(count(tower.graph().functions[0].graph, "random_uniform") == 3, "every block draws for itself");

}  // namespace

TEST_CASE("the trace at run time is the trace at compile time") {
  constexpr unsigned long convnet_then = graph_hash(convnet.graph()), tower_then = graph_hash(tower.graph());
  CHECK(graph_hash(convnet.graph()) == convnet_then);
  CHECK(graph_hash(tower.graph()) == tower_then);
  CHECK(convnet_then != tower_then);
}

TEST_CASE("operands stand before their users, and results and updates have their slot's spec") {
  for (const st::ProgramGraph& program : {convnet.graph(), tower.graph()})
    for (const st::Function& function : program.functions) {
      const st::Graph& graph = function.graph;
      for (std::size_t n = 0; n < graph.nodes.size(); ++n)
        for (int i = 0; i < graph.nodes[n].operand_count; ++i)
          REQUIRE(graph.operand(graph.nodes[n], i) < static_cast<int>(n));
      for (const st::Update& update : graph.updates)
        CHECK(program.slots[update.slot].spec == graph.nodes[update.value].spec);
    }
}

TEST_CASE("a training step has its state: parameters first, then what the optimizer keeps, and the step counter") {
  st::ProgramGraph program = convnet.graph();
  const st::Function& step = program.functions[2];
  CHECK(step.name.view() == "train_step");
  CHECK(step.inputs.size() == 2);
  CHECK(step.inputs[1].classes == 10);
  CHECK(program.slots.size() == 8 + 1 + 16);
  CHECK(step.graph.updates.size() == program.slots.size());
  for (int i = 0; i < 8; ++i) CHECK(program.slots[i].role == st::Slot::Role::parameter);
  std::vector<std::string> names;
  for (const st::Slot& slot : program.slots) names.push_back(slot.name.str());
  CHECK(std::count(names.begin(), names.end(), "step") == 1);
  CHECK(std::count(names.begin(), names.end(), "optimizer.square_avg.conv1.weight") == 1);
  CHECK(std::count(names.begin(), names.end(), "optimizer.acc_delta.fc2.bias") == 1);
}

TEST_CASE("a model of many parameters is traced at run time as well") {
  constexpr auto deep = [] {
    return st::train_step<Rows>([](const auto& net, auto x) { return mean(square(net(x))); }, st::Adam{});
  }();
  auto program = st::Program<Tower<8, 20>, std::remove_const_t<decltype(deep)>>{{deep}};
  st::ProgramGraph graph = program.graph();
  CHECK(graph.slots.size() == 3 * (20 * 4 + 1) + 2);  // with their moments; Adam's count of steps and the program's
}
