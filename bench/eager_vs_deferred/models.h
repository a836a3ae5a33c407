// What is run both ways: models with their loss, optimizer and inputs, the same as in bench/workloads, and MLPs of any
// depth.
#pragma once

#include <stator/eager.h>
#include <stator/stator.h>

#include "bench/workloads/inputs.h"
#include "examples/models/char_lstm.h"
#include "examples/models/convnet.h"
#include "examples/models/gpt.h"
#include "examples/models/mlp.h"
#include "examples/models/tinyvgg.h"

namespace bench {

namespace st = stator;

/// `Depth` layers of one width with relu between, then a classifier.
template <long Depth> struct DeepMlp {
  std::array<st::Linear<128, 128>, Depth> layers;
  st::Linear<128, 10> head;

  constexpr auto operator()(auto x) const {  // [N, 128]
    for (const auto& layer : layers) x = relu(layer(x));
    return head(x);  // [N, 10]
  }
};

/// A model type, its input and target, the loss of all, an optimizer, and how inputs are drawn.
template <class M, st::TensorLike In, st::TensorLike Target, class Loss, class Rule, class Draw, class... Options>
struct Case {
  using model = M;
  using input = In;
  using target = Target;
  using optimizer = st::EagerOptimizer<M, Rule, Options...>;
  Loss loss;
  Rule rule;
  Draw draw;
  st::hana::tuple<Options...> options;

  /// The same as a program, for the compiler.
  auto program() const {
    return st::hana::unpack(options, [&](const auto&... option) {
      return st::program<M>(st::train_step<In, Target>(loss, rule, option...));
    });
  }
};

template <class M, st::TensorLike In, st::TensorLike Target, class Loss, class Rule, class Draw, class... Options>
Case<M, In, Target, Loss, Rule, Draw, Options...> make_case(Loss loss, Rule rule, Draw draw, Options... options) {
  return {loss, rule, draw, {options...}};
}

/// Rows of 128 numbers, and a label for each.
struct Rows {
  std::vector<st::NdArray> operator()(int64_t rows) const {
    return {normal_draws({rows, 128}), label_draws({rows}, 10)};
  }
};

inline constexpr auto class_loss = [](const auto& net, auto x, auto y) { return cross_entropy(net(x), y); };
inline constexpr auto likelihood_loss = [](const auto& net, auto x, auto y) { return nll_loss(net(x), y); };
inline constexpr auto own_loss = [](const auto& net, auto x, auto y) { return net.loss(x, y); };

/// Calls `f` with the case of that name and depth; depth is looked at for `deep_mlp` alone.
/// Errors: UserError for a name, or a depth, that there is not.
template <class F> void with_case(const std::string& name, int64_t depth, F&& f) {
  if (name == "mlp")
    return f(make_case<models::Mlp, models::MlpImage, models::MlpDigit>(class_loss, st::Adam{.lr = 0.01},
                                                                        Images{1, 28, 10}));
  if (name == "mnist_convnet")
    return f(make_case<models::ConvNet, models::Image, models::Digit>(likelihood_loss, st::Adadelta{.lr = 0.5},
                                                                      Images{1, 28, 10}));
  if (name == "tinyvgg")
    return f(
        make_case<models::TinyVGG<3>, models::Photo, models::Dish>(class_loss, st::Adam{.lr = 1e-3}, Images{3, 64, 3}));
  if (name == "char_gpt")
    return f(make_case<models::CharGpt, models::Characters, models::Characters>(own_loss, st::AdamW{.lr = 1e-3}, Text{},
                                                                                st::clip_grad_norm(1.0)));
  if (name == "char_lstm")
    return f(make_case<models::CharLstm, models::Characters, models::Characters>(own_loss, st::Adam{.lr = 2e-3}, Text{},
                                                                                 st::clip_grad_norm(1.0)));
  using In = st::Tensor<st::f32, st::batch, 128>;
  using Target = st::Labels<10, st::batch>;
  auto deep = [&]<long Depth>(std::integral_constant<long, Depth>) {
    if (name == "deep_mlp" && depth == Depth)
      f(make_case<DeepMlp<Depth>, In, Target>(class_loss, st::Adam{.lr = 1e-3}, Rows{}));
    return name == "deep_mlp" && depth == Depth;
  };
  auto one_of = [&]<long... Depths>(std::integer_sequence<long, Depths...>) {
    return (deep(std::integral_constant<long, Depths>{}) || ...);
  };
  if (!one_of(std::integer_sequence<long, 1, 4, 16, 64>{}))
    throw st::UserError("there is no model '" + name + "' of depth " + std::to_string(depth));
}

}  // namespace bench
