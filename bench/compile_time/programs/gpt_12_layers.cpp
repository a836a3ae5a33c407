// A user's file: a GPT of 12 layers.
#include "examples/models/gpt.h"

constexpr models::gpt deep{.layers = 12};

constexpr auto program = stator::program<models::Gpt<deep>>(stator::train_step<models::Characters, models::Characters>(
    [](const auto& net, auto text, auto next) { return net.loss(text, next); }, stator::AdamW{}));

int main() {
  auto state = stator::init(program, stator::seed(0));
  auto train = stator::compile(program, stator::batch = 12);
}
