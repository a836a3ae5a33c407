// Convolutions in which every channel stands alone: elementwise along channels, a product for each place of the kernel.
#pragma once

#include "compiler/layout/image_builder.h"

namespace stator::layout {

/// Whether each output channel has one input channel, and a contraction would have nothing to sum but the kernel.
bool isDepthwise(const rule::Convolution& convolution, mlir::Value weight);

/// x [N, H, W, C] * weight [KH, KW, 1, O] -> [N, OH, OW, O].
mlir::Value depthwiseConvolution(ImageBuilder& builder, const rule::Convolution& convolution, mlir::Value x,
                                 mlir::Value weight);

/// x [N, H, W, C], dy [N, OH, OW, O] -> dw [KH, KW, 1, O].
mlir::Value depthwiseWeightGradient(ImageBuilder& builder, const rule::Convolution& convolution, mlir::Value x,
                                    mlir::Value dy, mlir::RankedTensorType dw);

}  // namespace stator::layout
