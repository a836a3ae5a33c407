// Convolutions are channels-last, and so is what lies between them.
// RUN: stator-opt %s --layout=images=channels-last | FileCheck %s

// One permute before and one after two convolutions; none around relu, bias and pooling.
// CHECK-LABEL: @chain
// CHECK-SAME: %[[X:.*]]: tensor<8x3x10x10xf32>
// CHECK-DAG: stator.permute %[[X]] {axes = array<i64: 0, 2, 3, 1>}
// CHECK-DAG: stator.pad {{.*}}high = array<i64: 0, 1, 1, 0>{{.*}}low = array<i64: 0, 1, 1, 0>{{.*}} -> tensor<8x12x12x3xf32>
// CHECK: stator.convolution {{.*}}stator.halo = array<i64: 1, 1>{{.*}} -> tensor<8x10x10x4xf32>
// CHECK: stator.reshape {{.*}} -> tensor<1x1x1x4xf32>
// CHECK: stator.broadcast {{.*}} -> tensor<8x10x10x4xf32>
// CHECK: stator.relu
// CHECK: stator.max_pool2d {{.*}}axes = array<i64: 1, 2>
// CHECK-NOT: stator.permute %{{.*}} {axes = array<i64: 0
// CHECK: %[[Y:.*]] = stator.convolution {{.*}} -> tensor<8x3x3x6xf32>
// CHECK-NEXT: %[[BACK:.*]] = stator.permute %[[Y]] {axes = array<i64: 0, 3, 1, 2>}
// CHECK-NEXT: return %[[BACK]]
func.func @chain(%x: tensor<8x3x10x10xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>, %v: tensor<6x4x3x3xf32>)
    -> tensor<8x6x3x3xf32> {
  %0 = stator.conv2d %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x3x10x10xf32>, tensor<4x3x3x3xf32>) -> tensor<8x4x10x10xf32>
  %1 = stator.reshape %b : (tensor<4xf32>) -> tensor<1x4x1x1xf32>
  %2 = stator.broadcast %1 : (tensor<1x4x1x1xf32>) -> tensor<8x4x10x10xf32>
  %3 = stator.add %0, %2 : (tensor<8x4x10x10xf32>, tensor<8x4x10x10xf32>) -> tensor<8x4x10x10xf32>
  %4 = stator.relu %3 : (tensor<8x4x10x10xf32>) -> tensor<8x4x10x10xf32>
  %5 = stator.max_pool2d %4 {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 3>}
      : (tensor<8x4x10x10xf32>) -> tensor<8x4x5x5xf32>
  %6 = stator.conv2d %5, %v {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x4x5x5xf32>, tensor<6x4x3x3xf32>) -> tensor<8x6x3x3xf32>
  return %6 : tensor<8x6x3x3xf32>
}

// One channel: its permute is a view. The bias gradient is a sum over the leading axes.
// CHECK-LABEL: @weight_gradient
// CHECK-DAG: stator.reshape {{.*}} -> tensor<8x6x6x1xf32>
// CHECK: stator.convolution_weight_grad {{.*}} -> tensor<3x3x1x4xf32>
// CHECK: stator.sum {{.*}} {axes = array<i64: 0, 1, 2>} {{.*}} -> tensor<1x1x1x4xf32>
func.func @weight_gradient(%x: tensor<8x1x6x6xf32>, %w: tensor<4x1x3x3xf32>)
    -> (tensor<4x1x3x3xf32>, tensor<4xf32>) {
  %0 = stator.conv2d %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x1x6x6xf32>, tensor<4x1x3x3xf32>) -> tensor<8x4x4x4xf32>
  %1 = stator.tanh %0 : (tensor<8x4x4x4xf32>) -> tensor<8x4x4x4xf32>
  %2 = stator.conv2d_weight_grad %x, %1 {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x1x6x6xf32>, tensor<8x4x4x4xf32>) -> tensor<4x1x3x3xf32>
  %3 = stator.sum %1 {axes = array<i64: 0, 2, 3>} : (tensor<8x4x4x4xf32>) -> tensor<1x4x1x1xf32>
  %4 = stator.reshape %3 : (tensor<1x4x1x1xf32>) -> tensor<4xf32>
  return %2, %4 : tensor<4x1x3x3xf32>, tensor<4xf32>
}

// Of a strided convolution: one of stride 1 for each phase of its rows and columns, laid between each other.
// CHECK-LABEL: @input_gradient
// CHECK-COUNT-4: stator.convolution {{.*}}stride = array<i64: 1, 1>
// CHECK: stator.pad {{.*}}interior = array<i64: 0, 1, 1, 0>{{.*}} -> tensor<8x9x9x3xf32>
// CHECK: stator.add {{.*}} -> tensor<8x9x9x3xf32>
func.func @input_gradient(%dy: tensor<8x4x5x5xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<8x3x9x9xf32> {
  %0 = stator.conv2d_input_grad %dy, %w {stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x4x5x5xf32>, tensor<4x3x3x3xf32>) -> tensor<8x3x9x9xf32>
  return %0 : tensor<8x3x9x9xf32>
}

// A kernel of whole strides: the channels of all phases in one convolution, then pixels of them.
// CHECK-LABEL: @input_gradient_side_by_side
// CHECK: stator.convolution {{.*}} -> tensor<8x5x5x12xf32>
// CHECK-NOT: stator.convolution
// CHECK: stator.permute {{.*}} {axes = array<i64: 0, 1, 3, 2, 4, 5>}
func.func @input_gradient_side_by_side(%dy: tensor<8x4x5x5xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<8x3x10x10xf32> {
  %0 = stator.conv2d_input_grad %dy, %w {stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x4x5x5xf32>, tensor<4x3x2x2xf32>) -> tensor<8x3x10x10xf32>
  return %0 : tensor<8x3x10x10xf32>
}

// Channels that stand alone: a product for each place of the kernel.
// CHECK-LABEL: @depthwise
// CHECK-NOT: stator.convolution
// CHECK-COUNT-9: stator.mul
func.func @depthwise(%x: tensor<8x4x6x6xf32>, %w: tensor<4x1x3x3xf32>) -> tensor<8x4x4x4xf32> {
  %0 = stator.conv2d %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 4 : i64}
      : (tensor<8x4x6x6xf32>, tensor<4x1x3x3xf32>) -> tensor<8x4x4x4xf32>
  return %0 : tensor<8x4x4x4xf32>
}
