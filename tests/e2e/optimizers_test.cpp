// The optimizers against PyTorch's: 25 steps on two parameters with given gradients.
#include "dsl/stator.h"
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
        advance(static_cast<Trace&>(*loss.context));
        return loss;
      }));
}

/// Row `i` of a case's tensor of 25.
NdArray row(const std::string& name, const std::string& tensor, int64_t i) {
  return array_of(torch_tensor(name, tensor)).select(0, i).contiguous();
}

template <class O> void check(const std::string& name, const O& optimizer, const CallOptions& options = {}) {
  const auto program = steps(optimizer);
  State state = init(program, seed(0));
  state.set("p0", array_of(torch_tensor(name, "in.p0")));
  state.set("p1", array_of(torch_tensor(name, "in.p1")));
  auto compiled = compile(program, test_options());
  for (int64_t i = 0; i < 25; ++i) {
    const NdArray g0 = row(name, "in.g0", i), g1 = row(name, "in.g1", i);
    const NdArray* const inputs[]{&g0, &g1};
    compiled.call_function("step", state, inputs, options);
    INFO(name << " after step " << i + 1);
    CHECK(error_of(state.get("p0"), row(name, "out.p0", i).to(DType::f32)) <= 1e-5);
    CHECK(error_of(state.get("p1"), row(name, "out.p1", i).to(DType::f32)) <= 1e-5);
  }
}

std::pair<double, double> betas(const TorchCase& given) {
  const std::string& text = given.attributes.at("betas");  // "[0.9, 0.999]"
  return {std::stod(text.substr(1)), std::stod(text.substr(text.find(',') + 1))};
}

}  // namespace

TEST_CASE("SGD steps as PyTorch's does") {
  for (const std::string& name : torch_cases_of("optimizer_sgd")) {
    const TorchCase& given = torch_case(name);
    if (given.attributes.contains("maximize")) continue;  // not an option of this SGD
    check(name, SGD{.lr = given.number("lr"),
                    .momentum = given.number("momentum"),
                    .dampening = given.number("dampening"),
                    .weight_decay = given.number("weight_decay"),
                    .nesterov = given.attributes.at("nesterov") == "true"});
  }
}

TEST_CASE("Adam steps as PyTorch's does") {
  for (const std::string& name : torch_cases_of("optimizer_adam")) {
    const TorchCase& given = torch_case(name);
    if (given.attributes.at("amsgrad") == "true") continue;  // not an option of this Adam
    const auto [beta1, beta2] = betas(given);
    check(name, Adam{.lr = given.number("lr"),
                     .beta1 = beta1,
                     .beta2 = beta2,
                     .eps = given.number("eps"),
                     .weight_decay = given.number("weight_decay")});
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

TEST_CASE("a call's learning rate takes the place of the optimizer's") {
  const std::string name = "optimizer_adam__plain";
  check(name, Adam{.lr = 123}, {.lr = torch_case(name).number("lr")});
}

}  // namespace stator::tests
