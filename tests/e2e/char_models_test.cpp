// The character models with PyTorch's weights: the same output, gradients, and loss over 20 steps of each optimizer.
#include <cmath>
#include <nlohmann/json.hpp>

#include "dsl/stator.h"
#include "runtime/atomic_file.h"
#include "runtime/npy.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/row.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

constexpr long characters = 65;
using Text = Labels<characters, batch, 32>;

struct CharacterIndex {
  static constexpr TensorSpec spec{DType::i64, Extents{0, 1, 1, characters}};
};

/// The weight's row of each character, as a product with ones and zeros.
struct Embedding {
  Parameter<f32, characters, 16> weight = normal(0, 1);
  template <Operand X> constexpr auto operator()(const X& ids) const {
    constexpr rule::Iota iota{2};
    Expr<tensor_from_t<CharacterIndex>> index{perform_in(ids.context, iota, CharacterIndex::spec)};
    return matmul(cast<f32>(reshape<batch, 32, 1>(ids) == index), weight);
  }
};

template <class Layer> struct CharNet {
  Embedding emb;
  Layer rnn;
  Linear<24, characters> head;
  template <Operand X> constexpr auto operator()(const X& ids) const { return head(rnn(emb(ids)).output); }
};

using Lstm = CharNet<LSTM<16, 24, Recurrent{.num_layers = 2, .batch_first = true}>>;
using Gru = CharNet<GRU<16, 24, Recurrent{.batch_first = true}>>;

/// Cross entropy over all positions.
constexpr auto loss_of = [](const auto& net, auto ids, auto target) {
  return cross_entropy(reshape<-1, characters>(net(ids)), reshape<-1>(target));
};

template <class M> constexpr auto evaluation() {
  return program<M>(function<"predict", Text>([](const auto& net, auto ids) { return net(ids); }),
                    function<"gradients", Text, Text>([](const auto& net, auto ids, auto target) {
                      auto loss = loss_of(net, ids, target);
                      stator::detail::for_each_leaf(net, Name(), [&](const auto& leaf, const Name&) {
                        if constexpr (stator::detail::is_parameter<std::remove_cvref_t<decltype(leaf)>>)
                          stator::detail::trace_of(loss).result(gradient(Value(loss), Value(leaf)).id);
                      });
                      return loss;
                    }));
}

template <class M, class O> constexpr auto steps_of(O optimizer) {
  return program<M>(function<"step", Text, Text>([optimizer](const auto& net, auto ids, auto target) {
    auto loss = loss_of(net, ids, target);
    update(net, loss, optimizer);
    return loss;
  }));
}

struct Reference {
  std::string name, folder = std::string(STATOR_TEST_DATA) + "/" + name;
  NdArray input = read_npy(folder + "/input.npy"), target = read_npy(folder + "/target.npy");

  template <class P> State state(const P& program) const {
    State made = init(program, seed(1));
    made.load_parameters(folder + "/model.safetensors");
    return made;
  }
  nlohmann::json facts() const {
    return nlohmann::json::parse(read_file(std::string(STATOR_TEST_DATA) + "/manifest.json")).at("models").at(name);
  }
};

template <class M> void check_model(const std::string& name) {
  const Reference torch{name};
  constexpr auto program = evaluation<M>();
  State state = torch.state(program);
  auto compiled = compile(program, batch = 4, test_options());
  CHECK(error_of(compiled.template call<"predict">(state, torch.input), read_npy(torch.folder + "/output.npy")) <= 1e-5);
  const auto results = compiled.template call_all<"gradients">(state, torch.input, torch.target);
  const auto gradients = read_npz(torch.folder + "/grads.npz");
  const std::vector<std::string> names = state.names();
  REQUIRE(gradients.size() == names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    INFO(name << ": gradient of " << names[i]);
    CHECK(error_of(results[i], gradients.at(names[i])) <= 1e-5);
  }
  CHECK(std::abs(results[names.size()].item() - torch.facts().at("loss_eval").get<double>()) <= 1e-5);
}

template <class M, class O> void check_curve(const std::string& name, const std::string& curve, O optimizer) {
  const Reference torch{name};
  const auto program = steps_of<M>(optimizer);
  State state = torch.state(program);
  auto compiled = compile(program, batch = 4, test_options());
  const nlohmann::json losses = torch.facts().at("curves_eval_mode").at(curve);
  for (size_t i = 0; i < losses.size(); ++i) {
    const double loss = compiled.template call<"step">(state, torch.input, torch.target).item();
    const double expected = losses.at(i);
    INFO(name << ", " << curve << " before step " << i << ": loss " << loss << ", PyTorch's " << expected);
    CHECK(std::abs(loss - expected) <= 1e-3 * std::abs(expected) + 1e-6);
  }
}

template <class M> void check_curves(const std::string& name) {
  check_curve<M>(name, "sgd", SGD{.lr = 0.05});
  check_curve<M>(name, "sgd_momentum_wd", SGD{.lr = 0.02, .momentum = 0.9, .weight_decay = 1e-3, .nesterov = true});
  check_curve<M>(name, "adam", Adam{.lr = 2e-3});
}

}  // namespace

TEST_CASE("the character LSTM's output and gradients are PyTorch's") { check_model<Lstm>("char_lstm"); }
TEST_CASE("the character GRU's output and gradients are PyTorch's") { check_model<Gru>("char_gru"); }
TEST_CASE("20 steps of the character LSTM go down PyTorch's curves") { check_curves<Lstm>("char_lstm"); }
TEST_CASE("20 steps of the character GRU go down PyTorch's curves") { check_curves<Gru>("char_gru"); }

TEST_CASE("a batch that is not full gives the same as one of its size") {
  constexpr auto program = evaluation<Lstm>();
  const Reference torch{"char_lstm"};
  State state = torch.state(program);
  auto exact = compile<"gradients">(program, batch = 4, test_options());
  auto partial = compile<"gradients">(program, batch = 7, test_options());
  const auto a = exact.call_all<"gradients">(state, torch.input, torch.target);
  const auto b = partial.call_all<"gradients">(state, torch.input, torch.target);
  for (size_t i = 0; i < a.size(); ++i) CHECK(error_of(b[i], a[i]) <= 1e-5);
}

}  // namespace stator::tests
