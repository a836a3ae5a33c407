// ResNet-50.
#pragma once

#include "examples/models/resnet.h"

namespace models {

/// Source: torchvision.models.resnet50.
using ResNet50 = ResNet<Bottleneck, 3, 4, 6, 3>;
static_assert(st::parameter_count<ResNet50> == 25'557'032);

constexpr auto resnet50 = image_net_program<ResNet50>;

}  // namespace models
