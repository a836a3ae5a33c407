// What would wait long in memory is computed again for its late readers.
// RUN: stator-opt %s --prepare --recompute --fuse --split-input-file | FileCheck %s

// The product's kernel stores its sum with %b, which is kept, and gelu of it for the next product; exp and gelu of it
// for the late readers are computed where the last but one product is, which is why it is read once.
// CHECK-LABEL: @computed_again
// CHECK: %[[KEPT:.*]]:2 = stator.fusion kind "contraction"
// CHECK: matmul
// CHECK: %[[H:.*]] = stator.add
// CHECK: %[[G:.*]] = stator.gelu %[[H]]
// CHECK: stator.yield %[[H]], %[[G]]
// CHECK: %[[LATE:.*]]:3 = stator.fusion kind "contraction"(%{{.*}}, %{{.*}}, %[[KEPT]]#0)
// CHECK: matmul
// CHECK: stator.gelu
// CHECK: stator.exp
// CHECK: stator.fusion kind "contraction"(%[[LATE]]#1, %[[LATE]]#0)
func.func @computed_again(%x: tensor<512x256xf32>, %w: tensor<256x512xf32>, %b: tensor<512x512xf32>,
                          %v: tensor<512x512xf32>)
    -> (tensor<512x512xf32>, tensor<512x512xf32>) {
  %p = stator.matmul %x, %w : (tensor<512x256xf32>, tensor<256x512xf32>) -> tensor<512x512xf32>
  %h = stator.add %p, %b : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %g = stator.gelu %h : (tensor<512x512xf32>) -> tensor<512x512xf32>
  %e = stator.exp %h : (tensor<512x512xf32>) -> tensor<512x512xf32>
  %y = stator.matmul %g, %v : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %z = stator.matmul %y, %y : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %d = stator.matmul %z, %v : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %r = stator.matmul %g, %d : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %m = stator.mul %d, %e : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  return %r, %m : tensor<512x512xf32>, tensor<512x512xf32>
}

// -----

// Within a budget a product, which waits for long, is made again from what is there.
// RUN: stator-opt %s --prepare --recompute='budget-bytes=3000000' --fuse --split-input-file | FileCheck %s --check-prefix=BUDGET
// RUN: stator-opt %s --prepare --recompute --fuse --split-input-file | FileCheck %s --check-prefix=FREE

// FREE-LABEL: @for_a_budget
// FREE-COUNT-5: stator.matmul
// FREE-NOT: stator.matmul
// BUDGET-LABEL: @for_a_budget
// BUDGET-COUNT-6: stator.matmul
// BUDGET-NOT: stator.matmul
func.func @for_a_budget(%x: tensor<512x256xf32>, %w: tensor<256x512xf32>, %v: tensor<512x512xf32>)
    -> tensor<512x512xf32> {
  %h = stator.matmul %x, %w : (tensor<512x256xf32>, tensor<256x512xf32>) -> tensor<512x512xf32>
  %a = stator.matmul %h, %v : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %b = stator.matmul %a, %a : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %c = stator.matmul %b, %a : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %d = stator.matmul %c, %h : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  return %d : tensor<512x512xf32>
}

// -----

// What is small waits.
// CHECK-LABEL: @small_values_wait
// BUDGET-LABEL: @small_values_wait
// FREE-LABEL: @small_values_wait
// CHECK: stator.exp
// CHECK-NOT: stator.exp
func.func @small_values_wait(%x: tensor<16x16xf32>) -> (tensor<16x16xf32>, tensor<16x16xf32>) {
  %p = stator.matmul %x, %x : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
  %e = stator.exp %p : (tensor<16x16xf32>) -> tensor<16x16xf32>
  %y = stator.matmul %e, %x : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
  %z = stator.matmul %y, %p : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
  %r = stator.mul %z, %e : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
  return %r, %z : tensor<16x16xf32>, tensor<16x16xf32>
}
