// Buffers between kernels: lifetimes share the arena, updates go in place, reshapes are views.
// RUN: stator-opt %s --prepare --fuse --plan-memory --split-input-file | FileCheck %s

// Three values of 4096 bytes, of which two live at a time.
// CHECK-LABEL: @chain
// CHECK-SAME: stator.arena_bytes = 8192
// CHECK: {base = "input", index = 0 : i64, offset = 0 : i64}, {base = "arena", offset = 0 : i64}
// CHECK: {base = "arena", offset = 0 : i64}, {base = "arena", offset = 4096 : i64}
// CHECK: {base = "arena", offset = 4096 : i64}, {base = "arena", offset = 0 : i64}
// CHECK: {base = "arena", offset = 0 : i64}, {base = "result", index = 0 : i64, offset = 0 : i64}
func.func @chain(%x: tensor<32x32xf32> {stator.input = 0 : i64}) -> (tensor<32x32xf32> {stator.result = 0 : i64}) {
  %a = stator.matmul %x, %x : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  %b = stator.matmul %a, %a : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  %c = stator.matmul %b, %b : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  %d = stator.matmul %c, %c : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  return %d : tensor<32x32xf32>
}

// -----

// The sum, which reads the old value, runs first; the update is in place, at the slot's offset.
module attributes {stator.slot_offsets = array<i64: 0, 64>} {
  // CHECK-LABEL: @in_place
  // CHECK-SAME: stator.arena_bytes = 0
  // CHECK: kind "reduce"
  // CHECK: kind "map"
  // CHECK-SAME: {base = "arguments", offset = 0 : i64}
  // CHECK-SAME: {base = "state", offset = 64 : i64}]
  func.func @in_place(%lr: tensor<f32> {stator.argument = "lr"}, %w: tensor<8xf32> {stator.slot = 1 : i64})
      -> (tensor<8xf32> {stator.update = 1 : i64}, tensor<1xf32> {stator.result = 0 : i64}) {
    %r = stator.reshape %lr : (tensor<f32>) -> tensor<1xf32>
    %l = stator.broadcast %r : (tensor<1xf32>) -> tensor<8xf32>
    %n = stator.mul %w, %l : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %s = stator.sum %w {axes = array<i64: 0>} : (tensor<8xf32>) -> tensor<1xf32>
    return %n, %s : tensor<8xf32>, tensor<1xf32>
  }
}

// -----

// An update that reads the old value elsewhere than it writes goes through the arena.
module attributes {stator.slot_offsets = array<i64: 0>} {
  // CHECK-LABEL: @copied
  // CHECK-SAME: stator.arena_bytes = 64
  // CHECK: {base = "state", offset = 0 : i64}, {base = "arena", offset = 0 : i64}]
  // CHECK: {base = "arena", offset = 0 : i64}, {base = "state", offset = 0 : i64}]
  func.func @copied(%w: tensor<8xf32> {stator.slot = 0 : i64}) -> (tensor<8xf32> {stator.update = 0 : i64}) {
    %f = stator.flip %w {axes = array<i64: 0>} : (tensor<8xf32>) -> tensor<8xf32>
    %n = stator.add %w, %f : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    return %n : tensor<8xf32>
  }
}
