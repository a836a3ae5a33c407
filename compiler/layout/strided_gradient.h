// The input gradient of a strided convolution, without the zeros between the cotangent's elements.
#pragma once

#include "compiler/layout/image_builder.h"

namespace stator::layout {

/// dx [N, H, W, C] of a convolution with a stride above 1, for dy [N, OH, OW, O] and weight [O, C / groups, KH, KW].
///
/// The rows of dx fall into as many phases as the stride has steps, and so do the kernel's: those of one phase meet
/// alone, in a convolution of stride 1. Few phases become a convolution each, whose results are laid between each
/// other. Many become one convolution with the channels of all phases side by side.
mlir::Value stridedInputGradient(ImageBuilder& builder, const rule::Conv2d& convolution, mlir::Value dy,
                                 mlir::Value weight, mlir::RankedTensorType dx);

}  // namespace stator::layout
