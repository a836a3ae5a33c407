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
