// Ops that become one kernel: what is read between them is at hand, and nothing runs in a circle.
// RUN: stator-opt %s --prepare --fuse --split-input-file | FileCheck %s

// A contraction takes its bias and activation in, reads a transposed weight through strides, and gives both results.
// CHECK-LABEL: @epilogue
// CHECK-COUNT-1: stator.fusion
// CHECK-SAME: kind "contraction"
// CHECK: stator.permute
// CHECK: stator.matmul
// CHECK: stator.relu
// CHECK-NOT: stator.fusion
func.func @epilogue(%x: tensor<4x8xf32>, %w: tensor<6x8xf32>, %b: tensor<6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>) {
  %t = stator.permute %w {axes = array<i64: 1, 0>} : (tensor<6x8xf32>) -> tensor<8x6xf32>
  %p = stator.matmul %x, %t : (tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
  %r = stator.reshape %b : (tensor<6xf32>) -> tensor<1x6xf32>
  %c = stator.broadcast %r : (tensor<1x6xf32>) -> tensor<4x6xf32>
  %s = stator.add %p, %c : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = stator.relu %s : (tensor<4x6xf32>) -> tensor<4x6xf32>
  return %s, %y : tensor<4x6xf32>, tensor<4x6xf32>
}

// -----

// A transposed product is a product of transposes.
// CHECK-LABEL: @transposed
// CHECK: kind "contraction"
// CHECK: stator.permute
// CHECK-NEXT: stator.matmul
// CHECK-NEXT: stator.yield
func.func @transposed(%x: tensor<4x8xf32>, %dy: tensor<4x6xf32>) -> tensor<6x8xf32> {
  %t = stator.permute %x {axes = array<i64: 1, 0>} : (tensor<4x8xf32>) -> tensor<8x4xf32>
  %p = stator.matmul %t, %dy : (tensor<8x4xf32>, tensor<4x6xf32>) -> tensor<8x6xf32>
  %g = stator.permute %p {axes = array<i64: 1, 0>} : (tensor<8x6xf32>) -> tensor<6x8xf32>
  return %g : tensor<6x8xf32>
}

// -----

// Dependent reductions over the same trailing axis and what stands between them are rows of one kernel.
// CHECK-LABEL: @log_softmax
// CHECK-COUNT-1: stator.fusion
// CHECK-SAME: kind "row"
// CHECK: stator.max
// CHECK: stator.sum
// CHECK: stator.log
// CHECK-NOT: stator.fusion
func.func @log_softmax(%x: tensor<32x10xf32>) -> tensor<32x10xf32> {
  %m = stator.max %x {axes = array<i64: 1>} : (tensor<32x10xf32>) -> tensor<32x1xf32>
  %mb = stator.broadcast %m : (tensor<32x1xf32>) -> tensor<32x10xf32>
  %d = stator.sub %x, %mb : (tensor<32x10xf32>, tensor<32x10xf32>) -> tensor<32x10xf32>
  %e = stator.exp %d : (tensor<32x10xf32>) -> tensor<32x10xf32>
  %s = stator.sum %e {axes = array<i64: 1>} : (tensor<32x10xf32>) -> tensor<32x1xf32>
  %l = stator.log %s : (tensor<32x1xf32>) -> tensor<32x1xf32>
  %lb = stator.broadcast %l : (tensor<32x1xf32>) -> tensor<32x10xf32>
  %y = stator.sub %d, %lb : (tensor<32x10xf32>, tensor<32x10xf32>) -> tensor<32x10xf32>
  return %y : tensor<32x10xf32>
}

// -----

// The sum of the leading axis cannot share a kernel with what reads it along that axis.
// CHECK-LABEL: @leading
// CHECK: kind "reduce"
// CHECK: kind "map"
func.func @leading(%x: tensor<32x10xf32>) -> tensor<32x10xf32> {
  %s = stator.sum %x {axes = array<i64: 0>} : (tensor<32x10xf32>) -> tensor<1x10xf32>
  %b = stator.broadcast %s : (tensor<1x10xf32>) -> tensor<32x10xf32>
  %y = stator.sub %x, %b : (tensor<32x10xf32>, tensor<32x10xf32>) -> tensor<32x10xf32>
  return %y : tensor<32x10xf32>
}

// -----

// %b needs %r, which needs %a: one kernel for %a and %b would wait for itself.
// CHECK-LABEL: @circle
// CHECK: kind "map"
// CHECK: kind "reduce"
// CHECK: kind "map"
func.func @circle(%x: tensor<32x10xf32>) -> (tensor<32x10xf32>, tensor<32x10xf32>) {
  %a = stator.exp %x : (tensor<32x10xf32>) -> tensor<32x10xf32>
  %r = stator.sum %a {axes = array<i64: 0>} : (tensor<32x10xf32>) -> tensor<1x10xf32>
  %s = stator.broadcast %r : (tensor<1x10xf32>) -> tensor<32x10xf32>
  %b = stator.div %a, %s : (tensor<32x10xf32>, tensor<32x10xf32>) -> tensor<32x10xf32>
  return %a, %b : tensor<32x10xf32>, tensor<32x10xf32>
}

// -----

// A long reduction to few elements becomes two, the first over parts.
// CHECK-LABEL: @long
// CHECK: kind "reduce"
// CHECK: tensor<64x288x32xf32>
// CHECK: stator.sum
// CHECK: kind "reduce"
func.func @long(%x: tensor<18432x32xf32>) -> tensor<1x32xf32> {
  %s = stator.sum %x {axes = array<i64: 0>} : (tensor<18432x32xf32>) -> tensor<1x32xf32>
  return %s : tensor<1x32xf32>
}

// -----

// A result that is an argument is copied; a slot that keeps its value is not.
// CHECK-LABEL: @returned
// CHECK-COUNT-1: stator.fusion
// CHECK-NOT: stator.fusion
func.func @returned(%x: tensor<4xf32>, %w: tensor<4xf32> {stator.slot = 0 : i64})
    -> (tensor<4xf32>, tensor<4xf32> {stator.update = 0 : i64}) {
  return %x, %w : tensor<4xf32>, tensor<4xf32>
}

// -----

// Padding that a convolution needs takes in what is computed for it alone.
// CHECK-LABEL: @padded
// CHECK: kind "map"
// CHECK: stator.relu
// CHECK-NEXT: stator.pad
// CHECK: kind "contraction"
func.func @padded(%x: tensor<1x4x4x2xf32>, %w: tensor<3x3x2x8xf32>) -> tensor<1x4x4x8xf32> {
  %r = stator.relu %x : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %p = stator.pad %r {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>, interior = array<i64: 0, 0, 0, 0>, value = 0.0}
    : (tensor<1x4x4x2xf32>) -> tensor<1x6x6x2xf32>
  %y = stator.convolution %p, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<1x6x6x2xf32>, tensor<3x3x2x8xf32>) -> tensor<1x4x4x8xf32>
  return %y : tensor<1x4x4x8xf32>
}

// -----

// What only sums over leading axes read is computed in their kernel, behind the product, and both sums share it.
// CHECK-LABEL: @leading_sums
// CHECK: %[[P:.*]] = stator.fusion kind "contraction"
// CHECK-NOT: stator.mul
// CHECK: stator.yield
// CHECK: stator.fusion kind "reduce"(%[[P]]
// CHECK: stator.mul
// CHECK: stator.sum
// CHECK: stator.sum
// CHECK-NOT: stator.fusion
// CHECK: return
func.func @leading_sums(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>, %z: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<1x6xf32>, tensor<1x6xf32>) {
  %p = stator.matmul %x, %w : (tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
  %m = stator.mul %p, %z : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %s = stator.sum %p {axes = array<i64: 0>} : (tensor<4x6xf32>) -> tensor<1x6xf32>
  %t = stator.sum %m {axes = array<i64: 0>} : (tensor<4x6xf32>) -> tensor<1x6xf32>
  return %p, %s, %t : tensor<4x6xf32>, tensor<1x6xf32>, tensor<1x6xf32>
}

// -----

// What a cheap op makes of a tensor in memory is not stored: both kernels that read it compute it.
// CHECK-LABEL: @cheap
// CHECK-SAME: (%[[X:.*]]: tensor<64x8x16xf32>, %[[M:.*]]: tensor<1x1x16xf32>
// CHECK: stator.fusion kind "map"(%[[X]], %[[M]]) : (tensor<64x8x16xf32>, tensor<1x1x16xf32>) -> tensor<64x8x16xf32> {
// CHECK: stator.sub
// CHECK: stator.exp
// CHECK: stator.fusion kind "reduce"(%[[X]], %[[M]]
// CHECK: stator.sub
// CHECK: stator.sum
func.func @cheap(%x: tensor<64x8x16xf32>, %m: tensor<1x1x16xf32>) -> (tensor<64x8x16xf32>, tensor<1x1x16xf32>) {
  %w = stator.broadcast %m : (tensor<1x1x16xf32>) -> tensor<64x8x16xf32>
  %d = stator.sub %x, %w : (tensor<64x8x16xf32>, tensor<64x8x16xf32>) -> tensor<64x8x16xf32>
  %e = stator.exp %d : (tensor<64x8x16xf32>) -> tensor<64x8x16xf32>
  %s = stator.sum %d {axes = array<i64: 0, 1>} : (tensor<64x8x16xf32>) -> tensor<1x1x16xf32>
  return %e, %s : tensor<64x8x16xf32>, tensor<1x1x16xf32>
}

// -----

// A kernel that is made already stays as it is: what it reads lies in memory, and what reads it is a kernel of its own.
// CHECK-LABEL: @made
// CHECK: %[[S:.*]] = stator.fusion kind "map"
// CHECK: stator.slice
// CHECK: %[[A:.*]] = stator.fusion kind "attention"(%[[S]], %[[S]])
// CHECK: %[[R:.*]] = stator.fusion kind "map"(%[[A]])
// CHECK: stator.relu
// CHECK: return %[[R]]
func.func @made(%x: tensor<4x8xf32>) -> tensor<4x4xf32> {
  %s = stator.slice %x {start = array<i64: 0, 2>, stop = array<i64: 4, 6>, step = array<i64: 1, 1>} : (tensor<4x8xf32>) -> tensor<4x4xf32>
  %a = stator.fusion kind "attention"(%s, %s) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32> {
  ^bb0(%p: tensor<4x4xf32>, %q: tensor<4x4xf32>):
    %m = stator.matmul %p, %q : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    stator.yield %m : tensor<4x4xf32>
  }
  %r = stator.relu %a : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}
