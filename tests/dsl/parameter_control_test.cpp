// Freezing, groups and shared parameters, as the graph and the slots of a program show them.
#include "dsl/stator.h"
#include "tests/catch.h"

namespace st = stator;

namespace {

using X = st::Tensor<st::f32, st::batch, 4>;

struct Net {
  st::Linear<4, 8> body;
  st::Linear<8, 2> head;
  constexpr auto operator()(auto x) const { return head(relu(body(x))); }
};
constexpr auto loss = [](const auto& net, auto x) { return mean(square(net(x))); };

struct Tied {
  st::Parameter<st::f32, 5, 4> table = st::uniform(-1, 1);
  constexpr auto operator()(auto x) const { return matmul(matmul(x, transpose(table)), table); }
};

constexpr long count(const st::Function& function, std::string_view op) {
  long n = 0;
  for (const st::Node& node : function.graph.nodes) n += node.op == op;
  return n;
}
constexpr bool has_slot(const st::ProgramGraph& program, std::string_view name) {
  for (const st::Slot& slot : program.slots)
    if (slot.name == name) return true;
  return false;
}
constexpr bool updates(const st::ProgramGraph& program, std::string_view name) {
  for (const st::Update& update : program.functions[0].graph.updates)
    if (program.slots[update.slot].name == name) return true;
  return false;
}

constexpr auto whole = st::program<Net>(st::train_step<X>(loss, st::Adam{}));
constexpr auto frozen = st::program<Net>(st::train_step<X>(
    [](const auto& net, auto x) {
      freeze(net.body);
      return loss(net, x);
    },
    st::Adam{}));
static_assert(count(whole.graph().functions[0], "gradient") == 4);
static_assert(count(frozen.graph().functions[0], "gradient") == 2, "no gradient of what is frozen");
static_assert(has_slot(whole.graph(), "optimizer.exp_avg.body.weight"));
static_assert(!has_slot(frozen.graph(), "optimizer.exp_avg.body.weight"), "no state for what is frozen");
static_assert(has_slot(frozen.graph(), "body.weight") && !updates(frozen.graph(), "body.weight"));
static_assert(updates(frozen.graph(), "head.weight"));

constexpr auto tied = st::program<Tied>(st::train_step<X>(loss, st::SGD{.momentum = 0.9}));
static_assert(count(tied.graph().functions[0], "gradient") == 1, "a parameter used twice has one gradient");
static_assert(tied.graph().slots.size() == 3 && tied.graph().functions[0].graph.updates.size() == 3,
              "one update, of the parameter, its momentum and the step counter");

constexpr auto grouped = st::program<Net>(
    st::train_step<X>(loss, st::groups(st::group<"head">(st::SGD{.lr = 0.5}),
                                       st::group<"no_decay">(st::biases_and_norms, st::Adam{}), st::Adam{.lr = 0.25})));
static_assert(!has_slot(grouped.graph(), "optimizer.exp_avg.head.weight"), "the head is SGD's");
static_assert(has_slot(grouped.graph(), "optimizer.exp_avg.body.weight"));
static_assert(has_slot(grouped.graph(), "optimizer.step") && has_slot(grouped.graph(), "optimizer.step.no_decay"),
              "groups count their own steps");

}  // namespace

TEST_CASE("each group has a learning rate of its own") {
  const st::ProgramGraph program = grouped.graph();
  const st::Function& step = program.functions[0];
  REQUIRE(step.arguments.size() == 5);
  const std::pair<const char*, double> expected[]{
      {"lr.head", 0.5}, {"lr.no_decay", 1e-3}, {"beta1.no_decay", 0.9}, {"lr", 0.25}, {"beta1", 0.9}};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(step.arguments[i].view() == expected[i].first);
    CHECK(step.defaults[i] == expected[i].second);
  }
}

TEST_CASE("what cannot be updated is an error") {
  auto message = [](auto body) {
    try {
      st::Program<Net, decltype(st::function<"step", X>(body))>{{st::function<"step", X>(body)}}.graph();
    } catch (const st::UserError& error) { return std::string(error.what()); }
    return std::string();
  };
  CHECK(message([](const auto& net, auto x) {
          st::freeze(net);
          update(net, loss(net, x), st::SGD{});
          return sum(x);
        }) == "update: every parameter that the optimizer is given is frozen");
  CHECK(message([](const auto& net, auto x) {
          update(net, loss(net, x), st::groups(st::group<"haed">(st::SGD{}), st::SGD{}));
          return sum(x);
        }) == "groups: one of the groups has no parameter");
  CHECK(message([](const auto& net, auto x) {
          update(net, loss(net, x), st::groups(st::group<"head">(st::SGD{})));
          return sum(x);
        }) == "groups: a parameter belongs to no group: end with an optimizer for the rest");
  CHECK(message([](const auto& net, auto x) {
          update(net.body, loss(net, x), st::SGD{.lr = 1});
          update(net.head, loss(net, x), st::SGD{.lr = 2});
          return sum(x);
        }) ==
        "update: two optimizers of one function differ in the default of an argument: name the second, "
        "update<\"head\">(...)");
  CHECK(message([](const auto& net, auto x) {
          update(net.body, loss(net, x), st::SGD{.lr = 1});
          st::update<"head">(net.head, loss(net, x), st::SGD{.lr = 2});
          return sum(x);
        }).empty());
}
