// Gradients of a masked loss are zero in rows that are not valid: they need no masks of their own.
// RUN: stator-opt %s --mask --stator-differentiate --bind-symbols | FileCheck %s --implicit-check-not=stator.symbols

!rows = tensor<48x9xf32, #stator.symbols<[batch], []>>
!out = tensor<48x2xf32, #stator.symbols<[batch], []>>

// CHECK-LABEL: @step
// CHECK-SAME: tensor<i64> {stator.argument = "valid.batch"}
// CHECK-COUNT-1: stator.less
// CHECK-NOT: stator.less
module attributes {stator.bindings = {batch = 48 : i64}} {
func.func @step(%x: !rows, %w: tensor<9x2xf32>) -> (tensor<f32>, tensor<9x2xf32>) {
  %y = stator.matmul %x, %w : (!rows, tensor<9x2xf32>) -> !out
  %t = stator.tanh %y : (!out) -> !out
  %s = stator.sum %t {axes = array<i64: 0, 1>} : (!out) -> tensor<1x1xf32>
  %n = stator.count %t {axes = array<i64: 0, 1>} : (!out) -> tensor<f32>
  %r = stator.reshape %s : (tensor<1x1xf32>) -> tensor<f32>
  %loss = stator.div %r, %n : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %g = stator.gradient %loss, %w : (tensor<f32>, tensor<9x2xf32>) -> tensor<9x2xf32>
  return %loss, %g : tensor<f32>, tensor<9x2xf32>
}

// CHECK-LABEL: @predict
// CHECK-NOT: valid.batch
func.func @predict(%x: !rows, %w: tensor<9x2xf32>) -> !out {
  %y = stator.matmul %x, %w : (!rows, tensor<9x2xf32>) -> !out
  return %y : !out
}
}
