// Ops as those that kernels are made of.
// RUN: stator-opt %s --prepare --split-input-file | FileCheck %s

// A gradient of pooling keeps where the greatest elements are, and not the image.
// CHECK-LABEL: @positions
// CHECK: stator.max_pool2d
// CHECK: %[[P:.*]] = stator.max_pool2d_positions %{{.*}} -> tensor<1x2x2x4xui8>
// CHECK: stator.max_pool2d_scatter %{{.*}}, %[[P]]
// CHECK-NOT: stator.max_pool2d_grad
func.func @positions(%x: tensor<1x4x5x4xf32>, %dy: tensor<1x2x2x4xf32>) -> (tensor<1x2x2x4xf32>, tensor<1x4x5x4xf32>) {
  %y = stator.max_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, axes = array<i64: 1, 2>}
    : (tensor<1x4x5x4xf32>) -> tensor<1x2x2x4xf32>
  %g = stator.max_pool2d_grad %x, %dy {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, axes = array<i64: 1, 2>}
    : (tensor<1x4x5x4xf32>, tensor<1x2x2x4xf32>) -> tensor<1x4x5x4xf32>
  return %y, %g : tensor<1x2x2x4xf32>, tensor<1x4x5x4xf32>
}

// -----

// CHECK-LABEL: @alone
// CHECK: stator.max_pool2d_grad
func.func @alone(%x: tensor<1x4x5x4xf32>, %dy: tensor<1x2x2x4xf32>) -> tensor<1x4x5x4xf32> {
  %g = stator.max_pool2d_grad %x, %dy {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, axes = array<i64: 1, 2>}
    : (tensor<1x4x5x4xf32>, tensor<1x2x2x4xf32>) -> tensor<1x4x5x4xf32>
  return %g : tensor<1x4x5x4xf32>
}
