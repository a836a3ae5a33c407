// The optimizers against PyTorch's: 25 steps on two parameters with given gradients.
#include <nlohmann/json.hpp>

#include "dsl/stator.h"
#include "runtime/atomic_file.h"
#include "runtime/train/schedules.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

namespace {

struct Pair {
  Parameter<f32, 3, 4> p0;
  Parameter<f32, 5> p1;
};

/// A step whose gradients are its inputs: those of sum(p * g).
template <class O> auto steps(O optimizer) {
  return program<Pair>(
      function<"step", Tensor<f32, 3, 4>, Tensor<f32, 5>>([optimizer](const auto& pair, auto g0, auto g1) {
        auto loss = sum(pair.p0 * g0) + sum(pair.p1 * g1);
        update(pair, loss, optimizer);
        return loss;
      }));
}

/// Row `i` of a case's tensor of 25.
NdArray row(const std::string& name, const std::string& tensor, int64_t i) {
  return array_of(torch_tensor(name, tensor)).select(0, i).contiguous();
}

template <Optimizer O> auto program_of(const O& optimizer) { return steps(optimizer); }
template <class... P> auto program_of(const Program<P...>& program) { return program; }

/// `what`: an optimizer, or a program with a step of its own.
template <class O> void check(const std::string& name, const O& what, const CallOptions& options = {}) {
  const auto program = program_of(what);
  State state = init(program, seed(0));
  state.set("p0", array_of(torch_tensor(name, "in.p0")));
  state.set("p1", array_of(torch_tensor(name, "in.p1")));
  auto compiled = compile(program, test_options());
  bool close = true;
  for (int64_t i = 0; i < 25; ++i) {
    const NdArray g0 = row(name, "in.g0", i), g1 = row(name, "in.g1", i);
    const NdArray* const inputs[]{&g0, &g1};
    compiled.call_function("step", state, inputs, options);
    INFO(name << " after step " << i + 1);
    const double p0 = error_of(state.get("p0"), row(name, "out.p0", i).to(DType::f32)),
                 p1 = error_of(state.get("p1"), row(name, "out.p1", i).to(DType::f32));
    CHECK(p0 <= 1e-5);
    CHECK(p1 <= 1e-5);
    close = close && p0 <= 1e-5 && p1 <= 1e-5;
  }
  if (close) record_passed(name);
}

std::pair<double, double> betas(const TorchCase& given) {
  const std::string& text = given.attributes.at("betas");  // "[0.9, 0.999]"
  return {std::stod(text.substr(1)), std::stod(text.substr(text.find(',') + 1))};
}

bool is_set(const TorchCase& given, const std::string& attribute) {
  const auto found = given.attributes.find(attribute);
  return found != given.attributes.end() && found->second == "true";
}

template <class O> O adam(const TorchCase& given) {
  const auto [beta1, beta2] = betas(given);
  return {.lr = given.number("lr"),
          .beta1 = beta1,
          .beta2 = beta2,
          .eps = given.number("eps"),
          .weight_decay = given.number("weight_decay"),
          .amsgrad = is_set(given, "amsgrad")};
}

}  // namespace

TEST_CASE("SGD steps as PyTorch's does") {
  for (const std::string& name : torch_cases_of("optimizer_sgd")) {
    const TorchCase& given = torch_case(name);
    check(name, SGD{.lr = given.number("lr"),
                    .momentum = given.number("momentum"),
                    .dampening = given.number("dampening"),
                    .weight_decay = given.number("weight_decay"),
                    .nesterov = is_set(given, "nesterov"),
                    .maximize = is_set(given, "maximize")});
  }
}

TEST_CASE("Adam steps as PyTorch's does") {
  for (const std::string& name : torch_cases_of("optimizer_adam")) check(name, adam<Adam>(torch_case(name)));
}

TEST_CASE("AdamW steps as PyTorch's does") {
  for (const std::string& name : torch_cases_of("optimizer_adamw")) check(name, adam<AdamW>(torch_case(name)));
}

TEST_CASE("RMSprop steps as PyTorch's does") {
  for (const std::string& name : torch_cases_of("optimizer_rmsprop")) {
    const TorchCase& given = torch_case(name);
    check(name, RMSprop{.lr = given.number("lr"),
                        .alpha = given.number("alpha"),
                        .eps = given.number("eps"),
                        .weight_decay = given.number("weight_decay"),
                        .momentum = given.number("momentum"),
                        .centered = is_set(given, "centered")});
  }
}

TEST_CASE("Adagrad steps as PyTorch's does") {
  for (const std::string& name : torch_cases_of("optimizer_adagrad")) {
    const TorchCase& given = torch_case(name);
    check(name, Adagrad{.lr = given.number("lr"),
                        .lr_decay = given.number("lr_decay"),
                        .weight_decay = given.number("weight_decay"),
                        .initial_accumulator_value = given.number("initial_accumulator_value"),
                        .eps = given.number("eps")});
  }
}

TEST_CASE("Adadelta steps as PyTorch's does") {
  for (const std::string& name : torch_cases_of("optimizer_adadelta")) {
    const TorchCase& given = torch_case(name);
    check(name, Adadelta{.lr = given.number("lr"),
                         .rho = given.number("rho"),
                         .eps = given.number("eps"),
                         .weight_decay = given.number("weight_decay")});
  }
}

TEST_CASE("to maximize is to minimize the negative") {
  const std::string name = "optimizer_adam__plain";
  auto gradients_of_negative = [](auto optimizer) {
    return function<"step", Tensor<f32, 3, 4>, Tensor<f32, 5>>([optimizer](const auto& pair, auto g0, auto g1) {
      auto loss = -(sum(pair.p0 * g0) + sum(pair.p1 * g1));
      update(pair, loss, optimizer);
      return loss;
    });
  };
  check(name, program<Pair>(gradients_of_negative(Adam{.lr = 0.02, .maximize = true})), {});
}

TEST_CASE("a call's learning rate and momentum take the place of the optimizer's") {
  const std::string adam = "optimizer_adam__betas_eps", sgd = "optimizer_sgd__nesterov";
  check(adam, Adam{.lr = 123, .beta1 = 0.1, .beta2 = 0.9, .eps = 1e-3},
        {.lr = torch_case(adam).number("lr"), .momentum = 0.8});
  check(sgd, SGD{.lr = 123, .momentum = 0.1, .nesterov = true}, {.lr = 0.05, .momentum = 0.9});
}

TEST_CASE("one-cycle's rates and momenta, handed to each step, train as PyTorch's do") {
  struct Six {
    Parameter<f32, 6> p;
  };
  const auto given = nlohmann::json::parse(read_file(STATOR_TEST_DATA "/one_cycle.json"));
  auto array = [](const nlohmann::json& numbers) {
    return NdArray::from<float>(numbers.get<std::vector<float>>(), {6});
  };
  auto train = [&](const char* name, auto optimizer) {
    const auto net =
        program<Six>(train_step<Tensor<f32, 6>>([](const auto& m, auto g) { return sum(m.p * g); }, optimizer));
    State state = init(net, seed(0));
    state.set("p", array(given.at("start")));
    auto compiled = compile(net, test_options());
    const OneCycleLR rate{.max_lr = 0.2, .total_steps = 20};
    for (int64_t step = 0; step < 20; ++step) {
      INFO(name << " after step " << step + 1);
      compiled.step(state, array(given.at("gradients").at(step)),
                    {.lr = rate.lr(step), .momentum = rate.momentum(step)});
      CHECK(error_of(state.get("p"), array(given.at("after").at(name).at(step))) <= 1e-5);
    }
  };
  train("sgd", SGD{.momentum = 0.9, .weight_decay = 0.01, .nesterov = true});
  train("adam", Adam{});
}

}  // namespace stator::tests
