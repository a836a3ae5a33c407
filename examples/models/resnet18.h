// ResNet-18.
#pragma once

#include "examples/models/resnet.h"

namespace models {

/// Source: torchvision.models.resnet18.
using ResNet18 = ResNet<BasicBlock, 2, 2, 2, 2>;
static_assert(st::parameter_count<ResNet18> == 11'689'512);

constexpr auto resnet18 = image_net_program<ResNet18>();

}  // namespace models
