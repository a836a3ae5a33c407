// A user's file: ResNet-50.
#include "examples/models/resnet50.h"

int main() {
  const auto program = models::resnet50();
  auto state = stator::init(program, stator::seed(0));
  auto train = stator::compile(program, stator::batch = 32);
}
