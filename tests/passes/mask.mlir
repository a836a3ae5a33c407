// What is combined over a symbolic axis sees valid rows only, and nothing else gets a mask.
// RUN: stator-opt %s --split-input-file --mask | FileCheck %s
// RUN: stator-opt %s --split-input-file --mask --mask | FileCheck %s

!rows = tensor<48x4xf32, #stator.symbols<[batch], []>>

// CHECK-LABEL: @sum
// CHECK-SAME: %[[VALID:[a-z0-9]+]]: tensor<i64> {stator.argument = "valid.batch"}
// CHECK: %[[ROW:.*]] = stator.iota {axis = 0 : i64} : tensor<48x1xi64
// CHECK: %[[ONE:.*]] = stator.reshape %[[VALID]]
// CHECK: %[[BOUND:.*]] = stator.broadcast %[[ONE]]
// CHECK: %[[MASK:.*]] = stator.less %[[ROW]], %[[BOUND]]
// CHECK: %[[WIDE:.*]] = stator.broadcast %[[MASK]]
// CHECK: %[[ZERO:.*]] = stator.constant {value = 0.0
// CHECK: %[[MASKED:.*]] = stator.where %[[WIDE]], %{{.*}}, %[[ZERO]]
// CHECK: stator.sum %[[MASKED]]
// CHECK-NOT: stator.where
module attributes {stator.bindings = {batch = 48 : i64}} {
func.func @sum(%x: !rows) -> tensor<1x1xf32> {
  %0 = stator.sum %x {axes = array<i64: 0, 1>} : (!rows) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
}

// -----

// A reduction over a number needs nothing, and the function takes no count.
!rows = tensor<48x4xf32, #stator.symbols<[batch], []>>
!column = tensor<48x1xf32, #stator.symbols<[batch], []>>

// CHECK-LABEL: @along_numbers
// CHECK-NOT: valid.batch
// CHECK-NOT: stator.where
module attributes {stator.bindings = {batch = 48 : i64}} {
func.func @along_numbers(%x: !rows) -> !column {
  %0 = stator.sum %x {axes = array<i64: 1>} : (!rows) -> !column
  return %0 : !column
}
}

// -----

// The greatest valid element: what is not valid is -infinity.
!rows = tensor<48x4xf32, #stator.symbols<[batch], []>>

// CHECK-LABEL: @max
// CHECK: %[[LEAST:.*]] = stator.constant {value = 0xFFF0000000000000
// CHECK: %[[MASKED:.*]] = stator.where %{{.*}}, %{{.*}}, %[[LEAST]]
// CHECK: stator.max %[[MASKED]]
// CHECK-NOT: stator.where
module attributes {stator.bindings = {batch = 48 : i64}} {
func.func @max(%x: !rows) -> tensor<1x4xf32> {
  %0 = stator.max %x {axes = array<i64: 0>} : (!rows) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
}

// -----

// A count of valid elements is arithmetic; one over numbers alone is a constant.
!rows = tensor<48x4xf32, #stator.symbols<[batch], []>>

// CHECK-LABEL: @count
// CHECK-SAME: %[[VALID:[a-z0-9]+]]: tensor<i64> {stator.argument = "valid.batch"}
// CHECK: %[[FOUR:.*]] = stator.constant {value = 4.0{{.*}} : tensor<i64>
// CHECK: %[[PRODUCT:.*]] = stator.mul %[[VALID]], %[[FOUR]]
// CHECK: %[[COUNT:.*]] = stator.cast %[[PRODUCT]] : (tensor<i64>) -> tensor<f32>
// CHECK: %[[NUMBERS:.*]] = stator.constant {value = 4.0{{.*}} : tensor<f32>
// CHECK: return %[[COUNT]], %[[NUMBERS]]
module attributes {stator.bindings = {batch = 48 : i64}} {
func.func @count(%x: !rows) -> (tensor<f32>, tensor<f32>) {
  %0 = stator.count %x {axes = array<i64: 0, 1>} : (!rows) -> tensor<f32>
  %1 = stator.count %x {axes = array<i64: 1>} : (!rows) -> tensor<f32>
  return %0, %1 : tensor<f32>, tensor<f32>
}
}

// -----

// A merged axis: valid where each factor is, in the order of the reshape that merged them.
!apart = tensor<8x6x3xf32, #stator.symbols<[batch], [steps], []>>
!merged = tensor<48x3xf32, #stator.symbols<[batch, steps], []>>

// CHECK-LABEL: @merged
// CHECK: stator.iota {axis = 0 : i64} : tensor<8x6xi64
// CHECK: %[[A:.*]] = stator.less
// CHECK: stator.iota {axis = 1 : i64} : tensor<8x6xi64
// CHECK: %[[B:.*]] = stator.less
// CHECK: %[[BOTH:.*]] = stator.logical_and %[[A]], %[[B]]
// CHECK: stator.reshape %[[BOTH]] : {{.*}} -> tensor<48x1xi1
// CHECK: stator.where
// CHECK-NOT: stator.where
module attributes {stator.bindings = {batch = 8 : i64, steps = 6 : i64}} {
func.func @merged(%x: !apart) -> tensor<1x3xf32> {
  %0 = stator.reshape %x : (!apart) -> !merged
  %1 = stator.sum %0 {axes = array<i64: 0>} : (!merged) -> tensor<1x3xf32>
  return %1 : tensor<1x3xf32>
}
}

// -----

// A batch of one: of an axis of one element the type alone tells whether it is the batch.
!flat = tensor<6xf32, #stator.symbols<[batch]>>
!rows = tensor<1x6xf32, #stator.symbols<[batch], []>>

// CHECK-LABEL: @batch_of_one
// CHECK: stator.iota {axis = 0 : i64} : tensor<1x1xi64
// CHECK: stator.where
// CHECK: stator.sum
module attributes {stator.bindings = {batch = 1 : i64}} {
func.func @batch_of_one(%x: !rows) -> tensor<1x6xf32> {
  %0 = stator.reshape %x : (!rows) -> !flat
  %1 = stator.reshape %0 : (!flat) -> !rows
  %2 = stator.sum %1 {axes = array<i64: 0>} : (!rows) -> tensor<1x6xf32>
  return %2 : tensor<1x6xf32>
}
}

// -----

// The smaller operand of a contraction is masked, and zeros are followed: what comes of a masked value needs no mask.
!rows = tensor<48x9xf32, #stator.symbols<[batch], []>>
!columns = tensor<9x48xf32, #stator.symbols<[], [batch]>>
!small = tensor<48x2xf32, #stator.symbols<[batch], []>>

// CHECK-LABEL: @contraction
// CHECK: %[[MASKED:.*]] = stator.where
// CHECK: stator.matmul %{{.*}}, %[[MASKED]]
// CHECK-NOT: stator.where
module attributes {stator.bindings = {batch = 48 : i64}} {
func.func @contraction(%x: !rows, %y: !small) -> (tensor<9x2xf32>, tensor<1x2xf32>) {
  %0 = stator.permute %x {axes = array<i64: 1, 0>} : (!rows) -> !columns
  %1 = stator.matmul %0, %y : (!columns, !small) -> tensor<9x2xf32>
  %2 = stator.sum %1 {axes = array<i64: 0>} : (tensor<9x2xf32>) -> tensor<1x2xf32>
  return %1, %2 : tensor<9x2xf32>, tensor<1x2xf32>
}
}
