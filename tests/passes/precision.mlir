// Factors of products are rounded to bf16, each once; products give f32.
// RUN: stator-opt %s --precision=factors=bf16 --split-input-file | FileCheck %s
// RUN: stator-opt %s --precision --split-input-file | FileCheck %s --check-prefix=PLAIN

// PLAIN-NOT: xbf16

// A weight that both a layer and its gradient read, once as it is and once transposed.
// CHECK-LABEL: @linear
// CHECK-SAME: %[[X:.*]]: tensor<8x32xf32>, %[[W:.*]]: tensor<64x32xf32>, %[[DY:.*]]: tensor<8x64xf32>
// CHECK-DAG: %[[XN:.*]] = stator.cast %[[X]] : (tensor<8x32xf32>) -> tensor<8x32xbf16>
// CHECK-DAG: %[[WN:.*]] = stator.cast %[[W]] : (tensor<64x32xf32>) -> tensor<64x32xbf16>
// CHECK-DAG: %[[DYN:.*]] = stator.cast %[[DY]] : (tensor<8x64xf32>) -> tensor<8x64xbf16>
// CHECK: %[[WT:.*]] = stator.permute %[[WN]]
// CHECK: stator.matmul %[[XN]], %[[WT]] : (tensor<8x32xbf16>, tensor<32x64xbf16>) -> tensor<8x64xf32>
// CHECK: stator.matmul %[[DYN]], %[[WN]] : (tensor<8x64xbf16>, tensor<64x32xbf16>) -> tensor<8x32xf32>
// CHECK-NOT: stator.cast
func.func @linear(%x: tensor<8x32xf32>, %w: tensor<64x32xf32>, %dy: tensor<8x64xf32>)
    -> (tensor<8x64xf32>, tensor<8x32xf32>, tensor<64x32xf32>) {
  %wt = stator.permute %w {axes = array<i64: 1, 0>} : (tensor<64x32xf32>) -> tensor<32x64xf32>
  %y = stator.matmul %x, %wt : (tensor<8x32xf32>, tensor<32x64xf32>) -> tensor<8x64xf32>
  %dx = stator.matmul %dy, %w : (tensor<8x64xf32>, tensor<64x32xf32>) -> tensor<8x32xf32>
  %dyt = stator.permute %dy {axes = array<i64: 1, 0>} : (tensor<8x64xf32>) -> tensor<64x8xf32>
  %dw = stator.matmul %dyt, %x : (tensor<64x8xf32>, tensor<8x32xf32>) -> tensor<64x32xf32>
  return %y, %dx, %dw : tensor<8x64xf32>, tensor<8x32xf32>, tensor<64x32xf32>
}

// -----

// What is computed is rounded before it is padded; sums and all else stay f32.
// CHECK-LABEL: @convolution
// CHECK: %[[R:.*]] = stator.relu {{.*}} -> tensor<2x4x4x3xf32>
// CHECK: %[[N:.*]] = stator.cast %[[R]] {{.*}} -> tensor<2x4x4x3xbf16>
// CHECK: stator.pad %[[N]] {{.*}} -> tensor<2x6x6x3xbf16>
// CHECK: stator.convolution {{.*}} : (tensor<2x6x6x3xbf16>, tensor<3x3x3x5xbf16>) -> tensor<2x4x4x5xf32>
// CHECK: stator.sum {{.*}} -> tensor<1x1x1x5xf32>
func.func @convolution(%x: tensor<2x4x4x3xf32>, %w: tensor<3x3x3x5xf32>) -> (tensor<2x4x4x3xf32>, tensor<1x1x1x5xf32>) {
  %r = stator.relu %x : (tensor<2x4x4x3xf32>) -> tensor<2x4x4x3xf32>
  %p = stator.pad %r {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>, interior = array<i64: 0, 0, 0, 0>, value = 0.0 : f64}
      : (tensor<2x4x4x3xf32>) -> tensor<2x6x6x3xf32>
  %y = stator.convolution %p, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
      : (tensor<2x6x6x3xf32>, tensor<3x3x3x5xf32>) -> tensor<2x4x4x5xf32>
  %s = stator.sum %y {axes = array<i64: 0, 1, 2>} : (tensor<2x4x4x5xf32>) -> tensor<1x1x1x5xf32>
  return %r, %s : tensor<2x4x4x3xf32>, tensor<1x1x1x5xf32>
}

// -----

// A weight that a loop does not change is rounded before it.
// CHECK-LABEL: @loop
// CHECK-SAME: %[[H:.*]]: tensor<2x4xf32>, %[[XS:.*]]: tensor<7x2x4xf32>, %[[W:.*]]: tensor<4x4xf32>
// CHECK: %[[N:.*]] = stator.cast %[[W]] : (tensor<4x4xf32>) -> tensor<4x4xbf16>
// CHECK: stator.scan from(%[[H]]) over(%[[XS]]) with(%[[N]])
// CHECK: ^bb0(%[[S:.*]]: tensor<2x4xf32>, %[[X:.*]]: tensor<2x4xf32>, %[[M:.*]]: tensor<4x4xbf16>):
// CHECK: %[[SN:.*]] = stator.cast %[[S]]
// CHECK: stator.matmul %[[SN]], %[[M]] : (tensor<2x4xbf16>, tensor<4x4xbf16>) -> tensor<2x4xf32>
func.func @loop(%h: tensor<2x4xf32>, %xs: tensor<7x2x4xf32>, %w: tensor<4x4xf32>) -> tensor<2x4xf32> {
  %last, %ys = stator.scan from(%h) over(%xs) with(%w)
      : (tensor<2x4xf32>, tensor<7x2x4xf32>, tensor<4x4xf32>) -> (tensor<2x4xf32>, tensor<7x2x4xf32>) {
  ^bb0(%s: tensor<2x4xf32>, %x: tensor<2x4xf32>, %m: tensor<4x4xf32>):
    %p = stator.matmul %s, %m : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
    %n = stator.add %p, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    stator.yield %n, %n : tensor<2x4xf32>, tensor<2x4xf32>
  }
  return %last : tensor<2x4xf32>
}

// -----

// Products of f64 are left alone.
// CHECK-LABEL: @double
// CHECK-NOT: stator.cast
func.func @double(%x: tensor<2x4xf64>, %w: tensor<4x4xf64>) -> tensor<2x4xf64> {
  %y = stator.matmul %x, %w : (tensor<2x4xf64>, tensor<4x4xf64>) -> tensor<2x4xf64>
  return %y : tensor<2x4xf64>
}
