// A line, and how it is fitted to points.
#pragma once

#include <stator/stator.h>

using Points = stator::Tensor<stator::f32, stator::batch, 1>;

constexpr auto line = stator::program<stator::Linear<1, 1>>(
    stator::function<"predict", Points>([](const auto& net, auto x) { return net(x); }),
    stator::train_step<Points, Points>([](const auto& net, auto x, auto y) { return mse_loss(net(x), y); },
                                       stator::SGD{.lr = 0.1}));
