// Fewer and smaller ops with the same values, bit for bit.
// RUN: stator-opt %s --simplify | FileCheck %s

// CHECK-LABEL: @constants
// CHECK-DAG: stator.constant {value = 0.30000001192092896 : f64} : tensor<2xf32>
// CHECK-DAG: stator.constant {value = 0.3{{0*}}4 : f64} : tensor<f64>
// CHECK-NOT: stator.add
func.func @constants() -> (tensor<2xf32>, tensor<f64>) {
  %a = stator.constant {value = 0.1 : f64} : tensor<f32>
  %b = stator.reshape %a : (tensor<f32>) -> tensor<1xf32>
  %c = stator.broadcast %b : (tensor<1xf32>) -> tensor<2xf32>
  %d = stator.constant {value = 0.2 : f64} : tensor<2xf32>
  %e = stator.add %c, %d : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %f = stator.constant {value = 0.1 : f64} : tensor<f64>
  %g = stator.constant {value = 0.2 : f64} : tensor<f64>
  %h = stator.add %f, %g : (tensor<f64>, tensor<f64>) -> tensor<f64>
  return %e, %h : tensor<2xf32>, tensor<f64>
}

// CHECK-LABEL: @identities
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: return %[[X]], %[[X]], %[[X]], %[[X]]
func.func @identities(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %one = stator.constant {value = 1.0 : f64} : tensor<4xf32>
  %zero = stator.constant {value = 0.0 : f64} : tensor<4xf32>
  %a = stator.mul %one, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %b = stator.sub %x, %zero : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %n = stator.neg %x : (tensor<4xf32>) -> tensor<4xf32>
  %c = stator.neg %n : (tensor<4xf32>) -> tensor<4xf32>
  %w = stator.cast %x : (tensor<4xf32>) -> tensor<4xf64>
  %d = stator.cast %w : (tensor<4xf64>) -> tensor<4xf32>
  return %a, %b, %c, %d : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// What is not exact stays: infinity times 0, -0 plus 0, a third.
// CHECK-LABEL: @inexact
// CHECK: stator.mul
// CHECK: stator.add
// CHECK: stator.div
func.func @inexact(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %zero = stator.constant {value = 0.0 : f64} : tensor<4xf32>
  %three = stator.constant {value = 3.0 : f64} : tensor<4xf32>
  %a = stator.mul %x, %zero : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %b = stator.add %x, %zero : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %c = stator.div %x, %three : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %a, %b, %c : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @power_of_two
// CHECK: %[[QUARTER:.*]] = stator.constant {value = 2.5
// CHECK: stator.mul %{{.*}}, %[[QUARTER]]
func.func @power_of_two(%x: tensor<4xf32>) -> tensor<4xf32> {
  %four = stator.constant {value = 4.0 : f64} : tensor<4xf32>
  %a = stator.div %x, %four : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %a : tensor<4xf32>
}

// CHECK-LABEL: @movement
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>
// CHECK-NEXT: %[[FLAT:.*]] = stator.reshape %[[X]] : (tensor<2x3x4xf32>) -> tensor<24xf32>
// CHECK-NEXT: return %[[X]], %[[FLAT]]
func.func @movement(%x: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<24xf32>) {
  %a = stator.permute %x {axes = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %b = stator.permute %a {axes = array<i64: 1, 2, 0>} : (tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
  %c = stator.reshape %x : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %d = stator.reshape %c : (tensor<6x4xf32>) -> tensor<24xf32>
  return %b, %d : tensor<2x3x4xf32>, tensor<24xf32>
}

// Moving extents of 1 moves nothing.
// CHECK-LABEL: @units
// CHECK-NEXT: stator.reshape {{.*}} -> tensor<8x5x6x1xf32>
func.func @units(%x: tensor<8x1x5x6xf32>) -> tensor<8x5x6x1xf32> {
  %a = stator.permute %x {axes = array<i64: 0, 2, 3, 1>} : (tensor<8x1x5x6xf32>) -> tensor<8x5x6x1xf32>
  return %a : tensor<8x5x6x1xf32>
}

// Work is done before the broadcast.
// CHECK-LABEL: @narrow
// CHECK: %[[E:.*]] = stator.exp %{{.*}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
// CHECK: %[[P:.*]] = stator.reshape %[[E]] : (tensor<1x4xf32>) -> tensor<4x1xf32>
// CHECK: stator.broadcast %[[P]] : (tensor<4x1xf32>) -> tensor<4x64xf32>
func.func @narrow(%x: tensor<1x4xf32>) -> tensor<4x64xf32> {
  %a = stator.broadcast %x : (tensor<1x4xf32>) -> tensor<64x4xf32>
  %b = stator.exp %a : (tensor<64x4xf32>) -> tensor<64x4xf32>
  %c = stator.permute %b {axes = array<i64: 1, 0>} : (tensor<64x4xf32>) -> tensor<4x64xf32>
  return %c : tensor<4x64xf32>
}

// A reshape of a broadcast splits and merges whole groups of axes.
// CHECK-LABEL: @reshape_of_broadcast
// CHECK-NEXT: %[[N:.*]] = stator.reshape %{{.*}} : (tensor<5x1xf32>) -> tensor<5x1x1xf32>
// CHECK-NEXT: stator.broadcast %[[N]] : (tensor<5x1x1xf32>) -> tensor<5x2x3xf32>
func.func @reshape_of_broadcast(%x: tensor<5x1xf32>) -> tensor<5x2x3xf32> {
  %a = stator.broadcast %x : (tensor<5x1xf32>) -> tensor<5x6xf32>
  %b = stator.reshape %a : (tensor<5x6xf32>) -> tensor<5x2x3xf32>
  return %b : tensor<5x2x3xf32>
}

// A weight's gradient has the weight's layout; the operands bear the transposition.
// CHECK-LABEL: @transposed_product
// CHECK-NEXT: %[[T:.*]] = stator.permute %[[DY:.*]] {{.*}} -> tensor<3x8xf32>
// CHECK-NEXT: stator.matmul %[[T]], %{{.*}} : (tensor<3x8xf32>, tensor<8x5xf32>) -> tensor<3x5xf32>
func.func @transposed_product(%x: tensor<8x5xf32>, %dy: tensor<8x3xf32>) -> tensor<3x5xf32> {
  %t = stator.permute %x {axes = array<i64: 1, 0>} : (tensor<8x5xf32>) -> tensor<5x8xf32>
  %g = stator.matmul %t, %dy : (tensor<5x8xf32>, tensor<8x3xf32>) -> tensor<5x3xf32>
  %w = stator.permute %g {axes = array<i64: 1, 0>} : (tensor<5x3xf32>) -> tensor<3x5xf32>
  return %w : tensor<3x5xf32>
}

// Equal work is done once, unused work not at all.
// CHECK-LABEL: @common
// CHECK-COUNT-1: stator.exp
// CHECK-NOT: stator.{{exp|log}}
func.func @common(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %a = stator.exp %x : (tensor<4xf32>) -> tensor<4xf32>
  %b = stator.exp %x : (tensor<4xf32>) -> tensor<4xf32>
  %c = stator.log %x : (tensor<4xf32>) -> tensor<4xf32>
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}

// detach and shifted_gradient are nothing once gradients are made; detach stays before.
// CHECK-LABEL: @detach
// CHECK-NEXT: return
func.func @detach(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = stator.detach %x : (tensor<4xf32>) -> tensor<4xf32>
  return %a : tensor<4xf32>
}
// CHECK-LABEL: @shifted_gradient
// CHECK-SAME: %[[X:[^:]*]]: tensor<4xf32>
// CHECK-NEXT: return %[[X]]
func.func @shifted_gradient(%x: tensor<4xf32>, %shift: tensor<4xf32>) -> tensor<4xf32> {
  %a = stator.shifted_gradient %x, %shift : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %a : tensor<4xf32>
}
// CHECK-LABEL: @detach_before_gradient
// CHECK: stator.detach
func.func @detach_before_gradient(%x: tensor<f32>) -> tensor<f32> {
  %a = stator.detach %x : (tensor<f32>) -> tensor<f32>
  %b = stator.mul %a, %x : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %g = stator.gradient %b, %x : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %g : tensor<f32>
}

// What a loop stacks of its own sequences is those; what it stacks twice is one stack.
// CHECK-LABEL: @stacks
// CHECK-SAME: %[[S:.*]]: tensor<4xf32>, %[[XS:.*]]: tensor<3x4xf32>
// CHECK: %[[L:[0-9]+]]:2 = stator.scan from(%[[S]]) over(%[[XS]]) with() : {{.*}} -> (tensor<4xf32>, tensor<3x4xf32>)
// CHECK: return %[[XS]], %[[L]]#1, %[[L]]#1
func.func @stacks(%s: tensor<4xf32>, %xs: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) {
  %l:4 = stator.scan from(%s) over(%xs) with()
      : (tensor<4xf32>, tensor<3x4xf32>) -> (tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) {
  ^bb0(%state: tensor<4xf32>, %x: tensor<4xf32>):
    %new = stator.add %state, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    stator.yield %new, %x, %new, %new : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
  return %l#1, %l#2, %l#3 : tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>
}

// Where relu's result is there, it tells where its gradient stops; behind pooling, the pooled tells.
// CHECK-LABEL: @relu_then_pool
// CHECK: %[[R:.*]] = stator.relu
// CHECK: %[[P:.*]] = stator.max_pool2d %[[R]]
// CHECK: %[[OFF:.*]] = stator.less_equal %[[P]]
// CHECK: %[[D:.*]] = stator.where %[[OFF]]
// CHECK: %[[G:.*]] = stator.max_pool2d_grad %[[R]], %[[D]]
// CHECK: return %[[P]], %[[G]]
func.func @relu_then_pool(%x: tensor<1x4x4x4xf32>, %dy: tensor<1x2x2x4xf32>) -> (tensor<1x2x2x4xf32>, tensor<1x4x4x4xf32>) {
  %zero = stator.constant {value = 0.0 : f64} : tensor<1x4x4x4xf32>
  %r = stator.relu %x : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %p = stator.max_pool2d %r {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, axes = array<i64: 1, 2>}
    : (tensor<1x4x4x4xf32>) -> tensor<1x2x2x4xf32>
  %g = stator.max_pool2d_grad %r, %dy {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, axes = array<i64: 1, 2>}
    : (tensor<1x4x4x4xf32>, tensor<1x2x2x4xf32>) -> tensor<1x4x4x4xf32>
  %off = stator.less_equal %x, %zero : (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xi1>
  %d = stator.where %off, %zero, %g : (tensor<1x4x4x4xi1>, tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  return %p, %d : tensor<1x2x2x4xf32>, tensor<1x4x4x4xf32>
}
