// A model with PyTorch's weights: its output, its gradients, and its loss over 20 steps of each optimizer.
#pragma once

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "dsl/stator.h"
#include "runtime/atomic_file.h"
#include "runtime/npy.h"
#include "runtime/safetensors.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"

namespace stator::tests {

/// A folder with model.safetensors, input.npy and target.npy, and the model's name in tests/data/manifest.json.
struct ReferenceModel {
  std::string name, folder;
  /// The state-dict key of a parameter by its name in the struct; the same where none is given.
  std::function<std::string(const std::string&)> key = [](const std::string& parameter) { return parameter; };

  NdArray input() const { return read_npy(folder + "/input.npy"); }
  NdArray target() const { return read_npy(folder + "/target.npy"); }

  /// The state that a program starts from with PyTorch's parameters and buffers.
  State state(const auto& program) const {
    State made = init(program, seed(1));
    const SafetensorsFile file = read_safetensors(folder + "/model.safetensors");
    for (const Slot& slot : made.slots())
      if (const auto found = file.tensors.find(key(slot.name.str())); found != file.tensors.end())
        made.set(slot.name, found->second);
      else REQUIRE(slot.role != Slot::Role::parameter);
    return made;
  }
};

/// Output; and the gradients of all parameters in their order, then the loss. Layers are in evaluation mode.
template <class M, TensorLike In, TensorLike Target, class Loss> constexpr auto evaluation_of(Loss loss) {
  return program<M>(function<"predict", In>([](const auto& model, auto x) { return model(x); }),
                    function<"gradients", In, Target>([loss](const auto& model, auto x, auto y) {
                      auto value = loss(model, x, y);
                      stator::detail::for_each_leaf(model, Name(), [&](const auto& leaf, const Name&) {
                        if constexpr (stator::detail::is_parameter<std::remove_cvref_t<decltype(leaf)>>)
                          stator::detail::trace_of(value).result(gradient(Value(value), Value(leaf)).id);
                      });
                      return value;
                    }));
}

/// The parameters of a state, in its order.
inline std::vector<std::string> parameters_of(const State& state) {
  std::vector<std::string> names;
  for (const Slot& slot : state.slots())
    if (slot.role == Slot::Role::parameter) names.push_back(slot.name.str());
  return names;
}

/// Output and gradients are PyTorch's, compiled for `rows` rows, of which the reference's may be the first few.
template <class M, TensorLike In, TensorLike Target, class Loss>
void check_model(const ReferenceModel& reference, Loss loss, long rows = 0) {
  const auto evaluation = evaluation_of<M, In, Target>(loss);
  const NdArray input = reference.input();
  State state = reference.state(evaluation);
  auto compiled = compile(evaluation, batch = rows > 0 ? rows : input.extent(0), test_options());
  INFO(reference.name << " compiled for " << rows << " rows");
  CHECK(error_of(compiled.template call<"predict">(state, input), read_npy(reference.folder + "/output.npy")) <= 1e-5);
  const auto results = compiled.template call_all<"gradients">(state, input, reference.target());
  const auto expected = read_npz(reference.folder + "/grads.npz");
  const std::vector<std::string> names = parameters_of(state);
  REQUIRE(names.size() == expected.size());
  for (size_t i = 0; i < names.size(); ++i) {
    INFO(reference.name << ": gradient of " << names[i]);
    CHECK(error_of(results[i], expected.at(reference.key(names[i]))) <= 1e-5);
  }
}

/// Calls `f` with each optimizer of the reference's curves, under its name there.
template <class F> void for_each_reference_optimizer(F&& f) {
  f("sgd", SGD{.lr = 0.05});
  f("sgd_momentum_wd", SGD{.lr = 0.02, .momentum = 0.9, .weight_decay = 1e-3, .nesterov = true});
  f("adam", Adam{.lr = 2e-3});
  f("adamw", AdamW{.lr = 2e-3, .weight_decay = 0.05});
  f("rmsprop", RMSprop{.lr = 1e-3});
  f("adagrad", Adagrad{.lr = 1e-2});
}

/// 20 steps of `optimizer` on `loss(model, input, target)`, with layers in evaluation mode. Every loss is PyTorch's
/// within 1e-3 of it and 1e-6, or closer to the curve in f64 (manifest64.json) than twice PyTorch's own distance.
template <class M, TensorLike In, TensorLike Target, class Loss, Optimizer O>
void check_curve(const ReferenceModel& reference, const char* name, const O& optimizer, Loss loss) {
  const auto steps = program<M>(function<"step", In, Target>([=](const auto& model, auto x, auto y) {
    auto value = loss(model, x, y);
    update(model, value, optimizer);
    return value;
  }));
  auto curve = [&](const char* file) {
    const auto all = nlohmann::json::parse(read_file(std::string(STATOR_TEST_DATA "/") + file));
    return all.at("models").at(reference.name).at("curves_eval_mode").at(name).get<std::vector<double>>();
  };
  const std::vector<double> expected = curve("manifest.json"), exact = curve("manifest64.json");
  const NdArray input = reference.input(), target = reference.target();
  State state = reference.state(steps);
  auto compiled = compile(steps, batch = input.extent(0), test_options());
  for (size_t i = 0; i < expected.size(); ++i) {
    const double found = compiled.template call<"step">(state, input, target).item();
    INFO(reference.name << ", " << name << " before step " << i << ": loss " << found << ", PyTorch's " << expected[i]
                        << ", in f64 " << exact[i]);
    const bool close = std::abs(found - expected[i]) <= 1e-3 * std::abs(expected[i]) + 1e-6;
    CHECK((close || std::abs(found - exact[i]) <= 2 * std::abs(expected[i] - exact[i])));
  }
}

/// The same for all six optimizers.
template <class M, TensorLike In, TensorLike Target, class Loss>
void check_curves(const ReferenceModel& reference, Loss loss) {
  for_each_reference_optimizer(
      [&](const char* name, const auto& optimizer) { check_curve<M, In, Target>(reference, name, optimizer, loss); });
}

}  // namespace stator::tests
