// What each row of a batch goes through by itself becomes the step of a loop over blocks of rows.
// RUN: stator-opt %s --blocks=count=4 | FileCheck %s

// Rows of an input are slices of it, weights and views of them are not copied, gradients are added up in a state.
// CHECK-LABEL: @layer
// CHECK: %[[X:.*]] = stator.reshape %arg0 : (tensor<8x3xf32>) -> tensor<4x2x3xf32>
// CHECK: %[[S:.*]]:2 = stator.scan from(%{{.*}}) over(%[[X]]) with(%arg1)
// CHECK-SAME: (tensor<5x3xf32>, tensor<4x2x3xf32>, tensor<5x3xf32>) -> (tensor<5x3xf32>, tensor<4x2x5xf32>)
// CHECK: ^bb0(%[[SUM:.*]]: tensor<5x3xf32>, %[[R:.*]]: tensor<2x3xf32>, %[[W:.*]]: tensor<5x3xf32>)
// CHECK: %[[T:.*]] = stator.permute %[[W]]
// CHECK: %[[Y:.*]] = stator.matmul %[[R]], %[[T]] : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<2x5xf32>
// CHECK: %[[D:.*]] = stator.matmul %{{.*}}, %[[R]] : (tensor<5x2xf32>, tensor<2x3xf32>) -> tensor<5x3xf32>
// CHECK: %[[ADD:.*]] = stator.add %[[SUM]], %[[D]]
// CHECK: stator.yield %[[ADD]], %{{.*}} : tensor<5x3xf32>, tensor<2x5xf32>
// CHECK: stator.reshape %[[S]]#1 : (tensor<4x2x5xf32>) -> tensor<8x5xf32>
func.func @layer(%x: tensor<8x3xf32> {stator.input = 0 : i64}, %w: tensor<5x3xf32>) -> (tensor<8x5xf32>, tensor<5x3xf32>) {
  %t = stator.permute %w {axes = array<i64: 1, 0>} : (tensor<5x3xf32>) -> tensor<3x5xf32>
  %y = stator.matmul %x, %t : (tensor<8x3xf32>, tensor<3x5xf32>) -> tensor<8x5xf32>
  %r = stator.relu %y : (tensor<8x5xf32>) -> tensor<8x5xf32>
  %p = stator.permute %r {axes = array<i64: 1, 0>} : (tensor<8x5xf32>) -> tensor<5x8xf32>
  %dw = stator.matmul %p, %x : (tensor<5x8xf32>, tensor<8x3xf32>) -> tensor<5x3xf32>
  return %r, %dw : tensor<8x5xf32>, tensor<5x3xf32>
}

// A product with a whole matrix on the left of the rows needs all of them; what reads it waits.
// CHECK-LABEL: @mixes
// CHECK-NOT: stator.scan
func.func @mixes(%x: tensor<8x3xf32> {stator.input = 0 : i64}, %m: tensor<8x8xf32>) -> tensor<8x3xf32> {
  %y = stator.matmul %m, %x : (tensor<8x8xf32>, tensor<8x3xf32>) -> tensor<8x3xf32>
  %r = stator.relu %y : (tensor<8x3xf32>) -> tensor<8x3xf32>
  return %r : tensor<8x3xf32>
}

// How many labels count is known before the rows go through, however many rows there are.
// CHECK-LABEL: @counted
// CHECK: stator.sum
// CHECK: stator.scan
// CHECK: stator.matmul
// CHECK: stator.yield
func.func @counted(%x: tensor<512x3xf32> {stator.input = 0 : i64}, %l: tensor<512x64xi64> {stator.input = 1 : i64},
                   %w: tensor<3x5xf32>) -> tensor<512x5xf32> {
  %n = stator.sum %l {axes = array<i64: 0, 1>} : (tensor<512x64xi64>) -> tensor<1x1xi64>
  %f = stator.cast %n : (tensor<1x1xi64>) -> tensor<1x1xf32>
  %all = stator.broadcast %f : (tensor<1x1xf32>) -> tensor<512x5xf32>
  %y = stator.matmul %x, %w : (tensor<512x3xf32>, tensor<3x5xf32>) -> tensor<512x5xf32>
  %mean = stator.div %y, %all : (tensor<512x5xf32>, tensor<512x5xf32>) -> tensor<512x5xf32>
  %r = stator.relu %mean : (tensor<512x5xf32>) -> tensor<512x5xf32>
  return %r : tensor<512x5xf32>
}
