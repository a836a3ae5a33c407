// ResNet-50.
#pragma once

#include "examples/models/resnet.h"

namespace models {

/// Source: torchvision.models.resnet50.
using ResNet50 = ResNet<Bottleneck, 3, 4, 6, 3>;
static_assert(st::parameter_count<ResNet50> == 25'557'032);

/// Traced at run time alone: as a constant, its two functions take more steps than compilers allow by default.
inline auto resnet50() { return image_net_program<ResNet50>(); }

}  // namespace models
