// Kernels, what calls them, and the entry. Equal fusions share one kernel.
// RUN: stator-opt %s --fuse --plan-memory --lower-cpu=target=x86-64 | FileCheck %s

// Two products of the same form and a row kernel; a thunk for each use.
// CHECK-DAG: func.func @main.kernel0(%{{.*}}: memref<1024xf32> {llvm.noalias}, %{{.*}}: memref<1024xf32> {llvm.noalias}, %{{.*}}: index)
// CHECK-DAG: func.func @main.kernel1(
// CHECK-DAG: func.func private @main.step0(%{{.*}}: !llvm.ptr, %{{.*}}: i64)
// CHECK-DAG: func.func private @main.step1(
// CHECK-DAG: func.func private @main.step2(
// CHECK: func.func @main.entry(%[[CALL:.*]]: !llvm.ptr)
// CHECK: call @main.step0(%[[CALL]]
// CHECK: call @main.step1(%[[CALL]]
// CHECK: call @main.step2(%[[CALL]]
// CHECK-NOT: @main.kernel2
func.func @main(%x: tensor<32x32xf32> {stator.input = 0 : i64}) -> (tensor<32x32xf32> {stator.result = 0 : i64}) {
  %a = stator.matmul %x, %x : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  %b = stator.matmul %a, %a : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  %s = stator.sum %b {axes = array<i64: 0, 1>} : (tensor<32x32xf32>) -> tensor<1x1xf32>
  %t = stator.broadcast %s : (tensor<1x1xf32>) -> tensor<32x32xf32>
  %y = stator.sub %b, %t : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  return %y : tensor<32x32xf32>
}
