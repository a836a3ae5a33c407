// Score matrices stay in the kernel that reads their rows; what else reads them keeps them in memory.
// RUN: stator-opt %s --attention=least-scores=16 --split-input-file | FileCheck %s

// A softmax between two products, with a mask that both stages compute for themselves. The second stage reads the
// row's maximum and sum, and computes the scores once more.
// CHECK-LABEL: @forward_and_backward
// CHECK-SAME: %[[Q:.*]]: tensor<2x4x3xf32>, %[[K:.*]]: tensor<2x4x3xf32>, %[[V:.*]]: tensor<2x4x3xf32>
// CHECK: %[[F:.*]]:3 = stator.fusion kind "attention"(%[[Q]], %[[K]], %[[V]])
// CHECK: stator.matmul
// CHECK: stator.less_equal
// CHECK: stator.max
// CHECK: stator.exp
// CHECK: stator.sum
// CHECK: stator.matmul
// CHECK: stator.yield %{{.*}} : tensor<2x4x1xf32>, tensor<2x4x1xf32>, tensor<2x4x3xf32>
// CHECK: %[[DO:.*]] = stator.mul %[[F]]#2, %[[F]]#2
// CHECK: %[[B:.*]]:2 = stator.fusion kind "attention"
// CHECK-DAG: stator.less_equal
// CHECK-DAG: stator.exp
// CHECK-NOT: stator.max
// CHECK: stator.yield %{{.*}} : tensor<2x4x3xf32>, tensor<2x4x3xf32>
// CHECK: return %[[F]]#2, %[[B]]#0, %[[B]]#1
func.func @forward_and_backward(%q: tensor<2x4x3xf32>, %k: tensor<2x4x3xf32>, %v: tensor<2x4x3xf32>)
    -> (tensor<2x4x3xf32>, tensor<2x4x3xf32>, tensor<2x4x3xf32>) {
  %lowest = stator.constant {value = -3.0e+38 : f64} : tensor<2x4x4xf32>
  %kt = stator.permute %k {axes = array<i64: 0, 2, 1>} : (tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
  %s = stator.matmul %q, %kt : (tensor<2x4x3xf32>, tensor<2x3x4xf32>) -> tensor<2x4x4xf32>
  %i = stator.iota {axis = 2 : i64} : tensor<2x4x4xi64>
  %j = stator.iota {axis = 1 : i64} : tensor<2x4x4xi64>
  %seen = stator.less_equal %i, %j : (tensor<2x4x4xi64>, tensor<2x4x4xi64>) -> tensor<2x4x4xi1>
  %x = stator.where %seen, %s, %lowest : (tensor<2x4x4xi1>, tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %max = stator.max %x {axes = array<i64: 2>} : (tensor<2x4x4xf32>) -> tensor<2x4x1xf32>
  %all = stator.broadcast %max : (tensor<2x4x1xf32>) -> tensor<2x4x4xf32>
  %d = stator.sub %x, %all : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %e = stator.exp %d : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %sum = stator.sum %e {axes = array<i64: 2>} : (tensor<2x4x4xf32>) -> tensor<2x4x1xf32>
  %sums = stator.broadcast %sum : (tensor<2x4x1xf32>) -> tensor<2x4x4xf32>
  %p = stator.div %e, %sums : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %o = stator.matmul %p, %v : (tensor<2x4x4xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  %do = stator.mul %o, %o : (tensor<2x4x3xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  %vt = stator.permute %v {axes = array<i64: 0, 2, 1>} : (tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
  %dp = stator.matmul %do, %vt : (tensor<2x4x3xf32>, tensor<2x3x4xf32>) -> tensor<2x4x4xf32>
  %pt = stator.permute %p {axes = array<i64: 0, 2, 1>} : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %dv = stator.matmul %pt, %do : (tensor<2x4x4xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  %ds = stator.mul %dp, %p : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %masked = stator.where %seen, %ds, %lowest : (tensor<2x4x4xi1>, tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %dq = stator.matmul %masked, %k : (tensor<2x4x4xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  return %o, %dv, %dq : tensor<2x4x3xf32>, tensor<2x4x3xf32>, tensor<2x4x3xf32>
}

// -----

// The weights are a result of the function.
// CHECK-LABEL: @returned
// CHECK-NOT: stator.fusion
func.func @returned(%q: tensor<2x4x3xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x4x3xf32>) -> (tensor<2x4x3xf32>, tensor<2x4x4xf32>) {
  %s = stator.matmul %q, %k : (tensor<2x4x3xf32>, tensor<2x3x4xf32>) -> tensor<2x4x4xf32>
  %max = stator.max %s {axes = array<i64: 2>} : (tensor<2x4x4xf32>) -> tensor<2x4x1xf32>
  %all = stator.broadcast %max : (tensor<2x4x1xf32>) -> tensor<2x4x4xf32>
  %p = stator.sub %s, %all : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %o = stator.matmul %p, %v : (tensor<2x4x4xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  return %o, %p : tensor<2x4x3xf32>, tensor<2x4x4xf32>
}

// -----

// A sum over queries of what is no result of a product needs the whole matrix.
// CHECK-LABEL: @column_sum
// CHECK-NOT: stator.fusion
func.func @column_sum(%q: tensor<2x4x3xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x4x3xf32>) -> (tensor<2x4x3xf32>, tensor<2x1x4xf32>) {
  %s = stator.matmul %q, %k : (tensor<2x4x3xf32>, tensor<2x3x4xf32>) -> tensor<2x4x4xf32>
  %max = stator.max %s {axes = array<i64: 2>} : (tensor<2x4x4xf32>) -> tensor<2x4x1xf32>
  %all = stator.broadcast %max : (tensor<2x4x1xf32>) -> tensor<2x4x4xf32>
  %p = stator.sub %s, %all : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %o = stator.matmul %p, %v : (tensor<2x4x4xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  %c = stator.sum %p {axes = array<i64: 1>} : (tensor<2x4x4xf32>) -> tensor<2x1x4xf32>
  return %o, %c : tensor<2x4x3xf32>, tensor<2x1x4xf32>
}

// -----

// Layers are no attention: their second factor is one for all groups, or nothing is summed along rows.
// CHECK-LABEL: @layers
// CHECK-NOT: stator.fusion
func.func @layers(%x: tensor<2x4x3xf32>, %w: tensor<1x3x4xf32>, %y: tensor<2x3x4xf32>, %v: tensor<2x4x3xf32>) -> (tensor<2x4x3xf32>, tensor<2x4x3xf32>) {
  %ws = stator.broadcast %w : (tensor<1x3x4xf32>) -> tensor<2x3x4xf32>
  %h = stator.matmul %x, %ws : (tensor<2x4x3xf32>, tensor<2x3x4xf32>) -> tensor<2x4x4xf32>
  %max = stator.max %h {axes = array<i64: 2>} : (tensor<2x4x4xf32>) -> tensor<2x4x1xf32>
  %all = stator.broadcast %max : (tensor<2x4x1xf32>) -> tensor<2x4x4xf32>
  %n = stator.sub %h, %all : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %a = stator.matmul %n, %v : (tensor<2x4x4xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  %s = stator.matmul %x, %y : (tensor<2x4x3xf32>, tensor<2x3x4xf32>) -> tensor<2x4x4xf32>
  %r = stator.relu %s : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %b = stator.matmul %r, %v : (tensor<2x4x4xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
  return %a, %b : tensor<2x4x3xf32>, tensor<2x4x3xf32>
}
