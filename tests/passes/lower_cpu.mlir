// Kernels, what calls them, and the entry. Equal fusions share one kernel.
// RUN: stator-opt %s --prepare --fuse --plan-memory --lower-cpu=target=x86-64 | FileCheck %s

// Two products of the same form and a row kernel: tables of three steps (kernel, chunks, first buffer, buffers, joined), and of
// their buffers (base: state, arena, arguments, inputs, results; offset; strides).
// CHECK-DAG: func.func @main.kernel0(%{{.*}}: memref<1024xf32> {llvm.noalias}, %{{.*}}: memref<1024xf32> {llvm.noalias}, %{{.*}}: index)
// CHECK-DAG: func.func @main.kernel1(
// CHECK-DAG: @main.entry.steps(dense<[0, {{[0-9]+}}, 0, 2, 0, 0, {{[0-9]+}}, 6, 2, 0, 1, {{[0-9]+}}, 12, {{[0-9]+}}, 0]
// CHECK-DAG: @main.entry.buffers(dense<[3, 0, 0, 1, 0, 0, 1, 0, 0, 1, 4096, 0, 1, 4096, 0,
// CHECK: func.func @main.entry(%[[CALL:.*]]: !llvm.ptr)
// CHECK: call @run_steps(%[[CALL]]
// CHECK: llvm.func @main.kernel0.step(%{{.*}}: !llvm.ptr, %{{.*}}: i64)
// CHECK: llvm.mlir.global internal constant @kernels()
// CHECK-NOT: @main.kernel2
func.func @main(%x: tensor<32x32xf32> {stator.input = 0 : i64}) -> (tensor<32x32xf32> {stator.result = 0 : i64}) {
  %a = stator.matmul %x, %x : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  %b = stator.matmul %a, %a : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  %s = stator.sum %b {axes = array<i64: 0, 1>} : (tensor<32x32xf32>) -> tensor<1x1xf32>
  %t = stator.broadcast %s : (tensor<1x1xf32>) -> tensor<32x32xf32>
  %y = stator.sub %b, %t : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  return %y : tensor<32x32xf32>
}
