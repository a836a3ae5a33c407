// A gather fuses with what is computed from its rows; a scatter is a kernel of its own that reads through views.
// RUN: stator-opt %s --prepare --fuse | FileCheck %s

// An embedding with positions added to it, and the mean of each row: one kernel.
// CHECK-LABEL: func.func @embedding
// CHECK: stator.fusion kind "row"
// CHECK: stator.gather
// CHECK: stator.broadcast
// CHECK: stator.add
// CHECK: stator.sum
// CHECK-NOT: stator.fusion
// CHECK: return
func.func @embedding(%table: tensor<65x32xf32>, %tokens: tensor<12x8xi64>, %positions: tensor<1x8x32xf32>)
    -> (tensor<12x8x32xf32>, tensor<12x8x1xf32>) {
  %0 = stator.gather %table, %tokens {axis = 0 : i64} : (tensor<65x32xf32>, tensor<12x8xi64>) -> tensor<12x8x32xf32>
  %1 = stator.broadcast %positions : (tensor<1x8x32xf32>) -> tensor<12x8x32xf32>
  %2 = stator.add %0, %1 : (tensor<12x8x32xf32>, tensor<12x8x32xf32>) -> tensor<12x8x32xf32>
  %3 = stator.sum %2 {axes = array<i64: 2>} : (tensor<12x8x32xf32>) -> tensor<12x8x1xf32>
  return %2, %3 : tensor<12x8x32xf32>, tensor<12x8x1xf32>
}

// What a gather reads is made before, by a kernel of its own.
// CHECK-LABEL: func.func @computed_table
// CHECK: stator.fusion kind "map"
// CHECK: stator.exp
// CHECK: stator.fusion kind "map"
// CHECK: stator.gather
// CHECK: return
func.func @computed_table(%x: tensor<6x9xf32>, %indices: tensor<6xi64>) -> tensor<6x9xf32> {
  %0 = stator.exp %x : (tensor<6x9xf32>) -> tensor<6x9xf32>
  %1 = stator.gather %0, %indices {axis = 0 : i64} : (tensor<6x9xf32>, tensor<6xi64>) -> tensor<6x9xf32>
  return %1 : tensor<6x9xf32>
}

// CHECK-LABEL: func.func @scattered
// CHECK: stator.fusion kind "scatter"
// CHECK: stator.broadcast
// CHECK: stator.scatter_add
// CHECK: stator.fusion kind "map"
// CHECK: stator.neg
// CHECK: return
func.func @scattered(%indices: tensor<8xi64>, %row: tensor<1x16xf32>) -> tensor<5x16xf32> {
  %0 = stator.broadcast %row : (tensor<1x16xf32>) -> tensor<8x16xf32>
  %1 = stator.scatter_add %indices, %0 {axis = 0 : i64} : (tensor<8xi64>, tensor<8x16xf32>) -> tensor<5x16xf32>
  %2 = stator.neg %1 : (tensor<5x16xf32>) -> tensor<5x16xf32>
  return %2 : tensor<5x16xf32>
}

// Rows of a narrow type are added up in f32.
// CHECK-LABEL: func.func @narrow
// CHECK: stator.cast %{{.*}} : (tensor<8x16xf16>) -> tensor<8x16xf32>
// CHECK: stator.scatter_add %{{.*}} -> tensor<5x16xf32>
// CHECK: stator.cast %{{.*}} : (tensor<5x16xf32>) -> tensor<5x16xf16>
func.func @narrow(%indices: tensor<8xi64>, %rows: tensor<8x16xf16>) -> tensor<5x16xf16> {
  %0 = stator.scatter_add %indices, %rows {axis = 0 : i64} : (tensor<8xi64>, tensor<8x16xf16>) -> tensor<5x16xf16>
  return %0 : tensor<5x16xf16>
}
