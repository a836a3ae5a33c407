// The same values up to rounding with fewer multiplications: rows of a small table are multiplied before they are looked
// up, and summed before they are multiplied.
// RUN: stator-opt %s --reassociate | FileCheck %s

// CHECK-LABEL: @product_of_lookup
// CHECK: %[[P:.*]] = stator.matmul %{{.*}}, %{{.*}} : (tensor<5x3xf32>, tensor<3x7xf32>) -> tensor<5x7xf32>
// CHECK: %[[G:.*]] = stator.gather %[[P]], %{{.*}} -> tensor<4x6x7xf32>
// CHECK: %[[M:.*]] = stator.permute %[[G]] {axes = array<i64: 1, 0, 2>} : (tensor<4x6x7xf32>) -> tensor<6x4x7xf32>
// CHECK: stator.reshape %[[M]] : (tensor<6x4x7xf32>) -> tensor<24x7xf32>
// CHECK-NOT: stator.matmul
func.func @product_of_lookup(%table: tensor<5x3xf32>, %ids: tensor<4x6xi64>, %w: tensor<3x7xf32>) -> tensor<24x7xf32> {
  %rows = stator.gather %table, %ids {axis = 0 : i64} : (tensor<5x3xf32>, tensor<4x6xi64>) -> tensor<4x6x3xf32>
  %first = stator.permute %rows {axes = array<i64: 1, 0, 2>} : (tensor<4x6x3xf32>) -> tensor<6x4x3xf32>
  %flat = stator.reshape %first : (tensor<6x4x3xf32>) -> tensor<24x3xf32>
  %y = stator.matmul %flat, %w : (tensor<24x3xf32>, tensor<3x7xf32>) -> tensor<24x7xf32>
  return %y : tensor<24x7xf32>
}

// The weight's gradient and the table's are of the same sums, made once; rows that nobody looks up do not count.
// CHECK-LABEL: @gradients
// CHECK-DAG: %[[G:.*]] = stator.permute %{{.*}} {axes = array<i64: 1, 0, 2>} : (tensor<6x4x7xf32>) -> tensor<4x6x7xf32>
// CHECK-DAG: %[[SUMS:.*]] = stator.scatter_add %{{.*}}, %[[G]] {{.*}} -> tensor<5x7xf32>
// CHECK-DAG: %[[USED:.*]] = stator.where %{{.*}}, %{{.*}}, %{{.*}} -> tensor<5x3xf32>
// CHECK-DAG: %[[T:.*]] = stator.permute %[[SUMS]] {axes = array<i64: 1, 0>}
// CHECK-DAG: stator.matmul %[[T]], %[[USED]] : (tensor<7x5xf32>, tensor<5x3xf32>) -> tensor<7x3xf32>
// CHECK-DAG: stator.matmul %[[SUMS]], %{{.*}} : (tensor<5x7xf32>, tensor<7x3xf32>) -> tensor<5x3xf32>
// CHECK-NOT: stator.scatter_add %{{.*}} -> tensor<5x3xf32>
func.func @gradients(%table: tensor<5x3xf32>, %ids: tensor<4x6xi64>, %w: tensor<7x3xf32>, %dy: tensor<24x7xf32>)
    -> (tensor<7x3xf32>, tensor<5x3xf32>) {
  %rows = stator.gather %table, %ids {axis = 0 : i64} : (tensor<5x3xf32>, tensor<4x6xi64>) -> tensor<4x6x3xf32>
  %first = stator.permute %rows {axes = array<i64: 1, 0, 2>} : (tensor<4x6x3xf32>) -> tensor<6x4x3xf32>
  %flat = stator.reshape %first : (tensor<6x4x3xf32>) -> tensor<24x3xf32>
  %dyt = stator.permute %dy {axes = array<i64: 1, 0>} : (tensor<24x7xf32>) -> tensor<7x24xf32>
  %dw = stator.matmul %dyt, %flat : (tensor<7x24xf32>, tensor<24x3xf32>) -> tensor<7x3xf32>
  %dx = stator.matmul %dy, %w : (tensor<24x7xf32>, tensor<7x3xf32>) -> tensor<24x3xf32>
  %steps = stator.reshape %dx : (tensor<24x3xf32>) -> tensor<6x4x3xf32>
  %back = stator.permute %steps {axes = array<i64: 1, 0, 2>} : (tensor<6x4x3xf32>) -> tensor<4x6x3xf32>
  %dt = stator.scatter_add %ids, %back {axis = 0 : i64} : (tensor<4x6xi64>, tensor<4x6x3xf32>) -> tensor<5x3xf32>
  return %dw, %dt : tensor<7x3xf32>, tensor<5x3xf32>
}

// A bias is added to the table.
// CHECK-LABEL: @bias
// CHECK-SAME: %[[T:.*]]: tensor<2x4xf32>, %[[I:.*]]: tensor<8xi64>, %[[B:.*]]: tensor<4xf32>
// CHECK: %[[S:.*]] = stator.add %[[T]], %{{.*}} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
// CHECK: %[[Y:.*]] = stator.gather %[[S]], %[[I]]
// CHECK: return %[[Y]]
func.func @bias(%table: tensor<2x4xf32>, %ids: tensor<8xi64>, %b: tensor<4xf32>) -> tensor<8x4xf32> {
  %rows = stator.gather %table, %ids {axis = 0 : i64} : (tensor<2x4xf32>, tensor<8xi64>) -> tensor<8x4xf32>
  %row = stator.reshape %b : (tensor<4xf32>) -> tensor<1x4xf32>
  %all = stator.broadcast %row : (tensor<1x4xf32>) -> tensor<8x4xf32>
  %y = stator.add %rows, %all : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  return %y : tensor<8x4xf32>
}

// What differs from row to row is not.
// CHECK-LABEL: @positions
// CHECK: stator.gather %{{.*}} -> tensor<8x4xf32>
// CHECK: stator.add %{{.*}} -> tensor<8x4xf32>
func.func @positions(%table: tensor<2x4xf32>, %ids: tensor<8xi64>, %b: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %rows = stator.gather %table, %ids {axis = 0 : i64} : (tensor<2x4xf32>, tensor<8xi64>) -> tensor<8x4xf32>
  %y = stator.add %rows, %b : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  return %y : tensor<8x4xf32>
}

// A loop is given the numbers, and looks up in its step.
// CHECK-LABEL: @in_step
// CHECK: stator.permute %{{.*}} {axes = array<i64: 1, 0, 2>} : (tensor<2x6x1xi64>) -> tensor<6x2x1xi64>
// CHECK: %[[I:.*]] = stator.reshape %{{.*}} -> tensor<6x2xi64>
// CHECK: stator.scan from(%{{.*}}) over(%[[I]]) with(%{{.*}})
// CHECK: ^bb0(%{{.*}}: tensor<2x4xf32>, %[[R:.*]]: tensor<2xi64>, %[[T:.*]]: tensor<5x4xf32>):
// CHECK: stator.gather %[[T]], %[[R]] {axis = 0 : i64} : (tensor<5x4xf32>, tensor<2xi64>) -> tensor<2x4xf32>
func.func @in_step(%table: tensor<5x4xf32>, %ids: tensor<2x6xi64>, %start: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %rows = stator.gather %table, %ids {axis = 0 : i64} : (tensor<5x4xf32>, tensor<2x6xi64>) -> tensor<2x6x4xf32>
  %first = stator.permute %rows {axes = array<i64: 1, 0, 2>} : (tensor<2x6x4xf32>) -> tensor<6x2x4xf32>
  %last = stator.scan from(%start) over(%first) with() : (tensor<2x4xf32>, tensor<6x2x4xf32>) -> tensor<2x4xf32> {
  ^bb0(%s: tensor<2x4xf32>, %x: tensor<2x4xf32>):
    %new = stator.add %s, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    stator.yield %new : tensor<2x4xf32>
  }
  return %last : tensor<2x4xf32>
}

// A table that is hardly smaller than what is looked up stays as it is.
// CHECK-LABEL: @large_table
// CHECK: stator.gather {{.*}} -> tensor<8x3xf32>
// CHECK-NEXT: stator.matmul
func.func @large_table(%table: tensor<5x3xf32>, %ids: tensor<8xi64>, %w: tensor<3x7xf32>) -> tensor<8x7xf32> {
  %rows = stator.gather %table, %ids {axis = 0 : i64} : (tensor<5x3xf32>, tensor<8xi64>) -> tensor<8x3xf32>
  %y = stator.matmul %rows, %w : (tensor<8x3xf32>, tensor<3x7xf32>) -> tensor<8x7xf32>
  return %y : tensor<8x7xf32>
}

// What all terms of a sum have in common is multiplied with the sum; so two sums are one here.
// CHECK-LABEL: @common_factor
// CHECK-SAME: (%[[X:.*]]: tensor<4x3x8xf32>, %[[C:.*]]: tensor<1x3x1xf32>, %[[D:.*]]: tensor<1x1x8xf32>)
// CHECK: %[[S:.*]] = stator.sum %[[X]] {axes = array<i64: 0, 2>}
// CHECK-NOT: stator.sum
// CHECK: %[[P:.*]] = stator.mul %[[S]], %[[C]] : (tensor<1x3x1xf32>
// CHECK: %[[N:.*]] = stator.neg %[[P]]
// CHECK: stator.mul %[[X]], %{{.*}} : (tensor<4x3x8xf32>
// CHECK: stator.sum {{.*}} {axes = array<i64: 0, 2>}
// CHECK: return %[[S]], %[[N]]
func.func @common_factor(%x: tensor<4x3x8xf32>, %c: tensor<1x3x1xf32>, %d: tensor<1x1x8xf32>)
    -> (tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>) {
  %plain = stator.sum %x {axes = array<i64: 0, 2>} : (tensor<4x3x8xf32>) -> tensor<1x3x1xf32>
  %wide = stator.broadcast %c : (tensor<1x3x1xf32>) -> tensor<4x3x8xf32>
  %scaled = stator.mul %x, %wide : (tensor<4x3x8xf32>, tensor<4x3x8xf32>) -> tensor<4x3x8xf32>
  %negative = stator.neg %scaled : (tensor<4x3x8xf32>) -> tensor<4x3x8xf32>
  %sum = stator.sum %negative {axes = array<i64: 0, 2>} : (tensor<4x3x8xf32>) -> tensor<1x3x1xf32>
  %other = stator.broadcast %d : (tensor<1x1x8xf32>) -> tensor<4x3x8xf32>
  %weighted = stator.mul %x, %other : (tensor<4x3x8xf32>, tensor<4x3x8xf32>) -> tensor<4x3x8xf32>
  %stays = stator.sum %weighted {axes = array<i64: 0, 2>} : (tensor<4x3x8xf32>) -> tensor<1x3x1xf32>
  return %plain, %sum, %stays : tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>
}

// Images of 1.5 MB are summed in four parts of 384 KB.
// CHECK-LABEL: @in_parts
// CHECK: stator.conv2d_weight_grad {{.*}} -> tensor<4x8x8x3x3xf32>
// CHECK: stator.sum {{.*}} {axes = array<i64: 0>}
// CHECK: stator.reshape {{.*}} -> tensor<8x8x3x3xf32>
func.func @in_parts(%x: tensor<8x8x56x56xf32>, %dy: tensor<8x8x54x54xf32>) -> tensor<8x8x3x3xf32> {
  %g = stator.conv2d_weight_grad %x, %dy {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<8x8x56x56xf32>, tensor<8x8x54x54xf32>) -> tensor<8x8x3x3xf32>
  return %g : tensor<8x8x3x3xf32>
}

// A gradient as large as the images is not.
// CHECK-LABEL: @large_gradient
// CHECK: stator.conv2d_weight_grad {{.*}} -> tensor<256x256x3x3xf32>
func.func @large_gradient(%x: tensor<8x256x9x9xf32>, %dy: tensor<8x256x7x7xf32>) -> tensor<256x256x3x3xf32> {
  %g = stator.conv2d_weight_grad %x, %dy {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<8x256x9x9xf32>, tensor<8x256x7x7xf32>) -> tensor<256x256x3x3xf32>
  return %g : tensor<256x256x3x3xf32>
}

// The gradient of a softmax as the chain rule gives it, and by the softmax alone.
// CHECK-LABEL: @softmax_gradient
// CHECK: %[[E:.*]] = stator.exp
// CHECK: %[[Y:.*]] = stator.div %[[E]]
// CHECK: %[[P:.*]] = stator.mul %[[DY:.*]], %[[Y]]
// CHECK: %[[S:.*]] = stator.sum %[[P]] {axes = array<i64: 1>}
// CHECK: %[[B:.*]] = stator.broadcast %[[S]]
// CHECK: %[[D:.*]] = stator.sub %[[DY]], %[[B]]
// CHECK: %[[DX:.*]] = stator.mul %[[D]], %[[Y]]
// CHECK-NEXT: return %[[Y]], %[[DX]]
func.func @softmax_gradient(%x: tensor<4x8xf32>, %dy: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %e = stator.exp %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %s = stator.sum %e {axes = array<i64: 1>} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %w = stator.broadcast %s : (tensor<4x1xf32>) -> tensor<4x8xf32>
  %y = stator.div %e, %w : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %direct = stator.div %dy, %w : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %quotient = stator.div %y, %w : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %negative = stator.neg %dy : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %share = stator.mul %negative, %quotient : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %ds = stator.sum %share {axes = array<i64: 1>} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %wide = stator.broadcast %ds : (tensor<4x1xf32>) -> tensor<4x8xf32>
  %de = stator.add %direct, %wide : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %dx = stator.mul %de, %e : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y, %dx : tensor<4x8xf32>, tensor<4x8xf32>
}

// A softmax multiplies with a reciprocal; a sum that may be as small as it likes divides.
// CHECK-LABEL: @softmax
// CHECK: %[[S:.*]] = stator.sum
// CHECK: %[[R:.*]] = stator.div %{{.*}}, %[[S]] : (tensor<2x1xf32>, tensor<2x1xf32>)
// CHECK: %[[A:.*]] = stator.broadcast %[[R]]
// CHECK: %[[Y:.*]] = stator.mul %{{.*}}, %[[A]]
// CHECK: %[[Z:.*]] = stator.div %{{.*}} : (tensor<2x8xf32>, tensor<2x8xf32>)
// CHECK: return %[[Y]], %[[Z]]
func.func @softmax(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<2x8xf32>) {
  %max = stator.max %x {axes = array<i64: 1>} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %all = stator.broadcast %max : (tensor<2x1xf32>) -> tensor<2x8xf32>
  %d = stator.sub %x, %all : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %e = stator.exp %d : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = stator.sum %e {axes = array<i64: 1>} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %t = stator.broadcast %s : (tensor<2x1xf32>) -> tensor<2x8xf32>
  %y = stator.div %e, %t : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %f = stator.exp %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %u = stator.sum %f {axes = array<i64: 1>} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %v = stator.broadcast %u : (tensor<2x1xf32>) -> tensor<2x8xf32>
  %z = stator.div %f, %v : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y, %z : tensor<2x8xf32>, tensor<2x8xf32>
}
