// 3 x 3 convolutions of stride 1 whose channels fill vectors are computed by fewer products.
// RUN: stator-opt %s --winograd=least-tiles=16 | FileCheck %s

// CHECK-LABEL: @fits
// CHECK: %[[U:.*]] = stator.winograd_weight %{{.*}} {of_gradient = false} : (tensor<3x3x16x32xf32>) -> tensor<4x4x16x32xf32>
// CHECK: stator.winograd_convolution %{{.*}}, %[[U]]
// CHECK-NOT: stator.convolution
func.func @fits(%x: tensor<2x10x9x16xf32>, %w: tensor<3x3x16x32xf32>) -> tensor<2x8x7x32xf32> {
  %y = stator.convolution %x, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<2x10x9x16xf32>, tensor<3x3x16x32xf32>) -> tensor<2x8x7x32xf32>
  return %y : tensor<2x8x7x32xf32>
}

// CHECK-LABEL: @others
// CHECK-NOT: winograd
func.func @others(%x: tensor<2x10x9x16xf32>, %few: tensor<3x3x16x10xf32>, %five: tensor<5x5x16x16xf32>, %w: tensor<3x3x16x16xf32>,
                  %small: tensor<1x6x6x16xf32>)
    -> (tensor<2x8x7x10xf32>, tensor<2x6x5x16xf32>, tensor<2x4x4x16xf32>, tensor<1x4x4x16xf32>) {
  %a = stator.convolution %x, %few {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<2x10x9x16xf32>, tensor<3x3x16x10xf32>) -> tensor<2x8x7x10xf32>
  %b = stator.convolution %x, %five {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<2x10x9x16xf32>, tensor<5x5x16x16xf32>) -> tensor<2x6x5x16xf32>
  %c = stator.convolution %x, %w {stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<2x10x9x16xf32>, tensor<3x3x16x16xf32>) -> tensor<2x4x4x16xf32>
  %d = stator.convolution %small, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<1x6x6x16xf32>, tensor<3x3x16x16xf32>) -> tensor<1x4x4x16xf32>
  return %a, %b, %c, %d : tensor<2x8x7x10xf32>, tensor<2x6x5x16xf32>, tensor<2x4x4x16xf32>, tensor<1x4x4x16xf32>
}

// CHECK-LABEL: @cotangent
// CHECK: stator.winograd_weight %arg1 {of_gradient = true} : (tensor<3x3x32x16xf32>) -> tensor<4x4x16x32xf32>
func.func @cotangent(%x: tensor<2x10x9x16xf32>, %w: tensor<3x3x32x16xf32>) -> tensor<2x8x7x32xf32> {
  %f = stator.flip %w {axes = array<i64: 0, 1>} : (tensor<3x3x32x16xf32>) -> tensor<3x3x32x16xf32>
  %t = stator.permute %f {axes = array<i64: 0, 1, 3, 2>} : (tensor<3x3x32x16xf32>) -> tensor<3x3x16x32xf32>
  %y = stator.convolution %x, %t {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<2x10x9x16xf32>, tensor<3x3x16x32xf32>) -> tensor<2x8x7x32xf32>
  return %y : tensor<2x8x7x32xf32>
}
