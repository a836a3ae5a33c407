// The backward loop reads what is dear to compute again from the forward one, and no more than that.
// RUN: stator-opt %s --stator-differentiate --simplify | FileCheck %s

// tanh is kept, and the product behind it is computed anew.
// CHECK-LABEL: @kept
// CHECK: stator.scan from
// CHECK: %[[T:.*]] = stator.tanh
// CHECK: stator.yield %{{.*}}, %[[T]] : tensor<4xf32>, tensor<4xf32>
// CHECK: stator.scan reverse from
// CHECK-NOT: stator.tanh
// CHECK: return
func.func @kept(%start: tensor<4xf32>, %xs: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %last = stator.scan from(%start) over(%xs) with() : (tensor<4xf32>, tensor<3x4xf32>) -> tensor<4xf32> {
  ^bb0(%s: tensor<4xf32>, %x: tensor<4xf32>):
    %t = stator.tanh %x : (tensor<4xf32>) -> tensor<4xf32>
    %p = stator.mul %t, %s : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    stator.yield %p : tensor<4xf32>
  }
  %sum = stator.sum %last {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<1xf32>
  %loss = stator.reshape %sum : (tensor<1xf32>) -> tensor<f32>
  %g = stator.gradient %loss, %xs : (tensor<f32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  return %g : tensor<3x4xf32>
}
