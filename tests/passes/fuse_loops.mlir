// What a step gives of values that it does not compute is copied into place.
// RUN: stator-opt %s --prepare --fuse | FileCheck %s

// A stacked invariant is no state that stays as it was, though its number among the arguments is that of the result.
// CHECK-LABEL: func.func @stacked_invariant
// CHECK: ^bb0(%[[STATE:.*]]: tensor<4xf32>, %{{.*}}: tensor<4xf32>, %[[FACTOR:.*]]: tensor<4xf32>):
// CHECK: %[[NEXT:.*]] = stator.fusion
// CHECK: %[[COPY:.*]] = stator.fusion kind "map"(%[[FACTOR]])
// CHECK: stator.yield %[[NEXT]], %[[NEXT]], %[[COPY]]
func.func @stacked_invariant(%s: tensor<4xf32>, %xs: tensor<3x4xf32>, %f: tensor<4xf32>) -> (tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) {
  %0:3 = stator.scan from(%s) over(%xs) with(%f) : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) {
  ^bb0(%state: tensor<4xf32>, %x: tensor<4xf32>, %factor: tensor<4xf32>):
    %1 = stator.mul %state, %factor : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = stator.add %1, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    stator.yield %2, %2, %factor : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
  return %0#0, %0#1, %0#2 : tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>
}
