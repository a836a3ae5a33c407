// Few channels leave lanes idle: images stay channels-first, and so does what lies between convolutions.
// RUN: stator-opt %s --layout | FileCheck %s

// CHECK-LABEL: @chain
// CHECK-NOT: stator.permute %{{.*}} {axes = array<i64: 0
// CHECK: %[[IMAGE:.*]] = stator.pad %arg0 {high = array<i64: 0, 0, 1, 1>{{.*}}low = array<i64: 0, 0, 1, 1>{{.*}} -> tensor<8x3x34x34xf32>
// CHECK: stator.convolution %[[IMAGE]]{{.*}}channels_first = true{{.*}}tensor<3x3x3x10xf32>) -> tensor<8x10x32x32xf32>
// CHECK: stator.max_pool2d {{.*}}axes = array<i64: 2, 3>
// CHECK: stator.convolution {{.*}}channels_first = true{{.*}} -> tensor<8x6x14x14xf32>
// CHECK-NEXT: return
func.func @chain(%x: tensor<8x3x32x32xf32>, %w: tensor<10x3x3x3xf32>, %v: tensor<6x10x3x3xf32>)
    -> tensor<8x6x14x14xf32> {
  %0 = stator.conv2d %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x3x32x32xf32>, tensor<10x3x3x3xf32>) -> tensor<8x10x32x32xf32>
  %1 = stator.relu %0 : (tensor<8x10x32x32xf32>) -> tensor<8x10x32x32xf32>
  %2 = stator.max_pool2d %1 {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 3>}
      : (tensor<8x10x32x32xf32>) -> tensor<8x10x16x16xf32>
  %3 = stator.conv2d %2, %v {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x10x16x16xf32>, tensor<6x10x3x3xf32>) -> tensor<8x6x14x14xf32>
  return %3 : tensor<8x6x14x14xf32>
}

// Of the gradients, the weight's keeps the order of a stored weight.
// CHECK-LABEL: @gradients
// CHECK: stator.convolution {{.*}}channels_first = true{{.*}} -> tensor<8x6x32x32xf32>
// CHECK: stator.convolution_weight_grad {{.*}}channels_first = true{{.*}} -> tensor<3x3x6x4xf32>
func.func @gradients(%x: tensor<8x6x32x32xf32>, %w: tensor<4x6x3x3xf32>, %dy: tensor<8x4x30x30xf32>)
    -> (tensor<8x6x32x32xf32>, tensor<4x6x3x3xf32>) {
  %0 = stator.conv2d_input_grad %dy, %w {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x4x30x30xf32>, tensor<4x6x3x3xf32>) -> tensor<8x6x32x32xf32>
  %1 = stator.conv2d_weight_grad %x, %dy {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x6x32x32xf32>, tensor<8x4x30x30xf32>) -> tensor<4x6x3x3xf32>
  return %0, %1 : tensor<8x6x32x32xf32>, tensor<4x6x3x3xf32>
}

// With a stride among them, all are channels-last; so they are where channels fill the vectors.
// CHECK-LABEL: @strided
// CHECK-COUNT-2: stator.convolution {{.*}}channels_first = false
func.func @strided(%x: tensor<8x3x32x32xf32>, %w: tensor<10x3x3x3xf32>, %v: tensor<10x10x2x2xf32>)
    -> tensor<8x10x15x15xf32> {
  %0 = stator.conv2d %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x3x32x32xf32>, tensor<10x3x3x3xf32>) -> tensor<8x10x30x30xf32>
  %1 = stator.conv2d %0, %v {stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x10x30x30xf32>, tensor<10x10x2x2xf32>) -> tensor<8x10x15x15xf32>
  return %1 : tensor<8x10x15x15xf32>
}

// CHECK-LABEL: @full
// CHECK: stator.convolution {{.*}}channels_first = false
func.func @full(%x: tensor<8x3x32x32xf32>, %w: tensor<16x3x3x3xf32>) -> tensor<8x16x30x30xf32> {
  %0 = stator.conv2d %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<8x3x32x32xf32>, tensor<16x3x3x3xf32>) -> tensor<8x16x30x30xf32>
  return %0 : tensor<8x16x30x30xf32>
}
