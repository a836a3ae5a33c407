// Each rule's own message, with the shapes that broke it.
// RUN: stator-opt %s --split-input-file --verify-diagnostics

func.func @broadcast_rank(%a: tensor<2xf32>) {
  // expected-error @below {{broadcast: the rank changes: [2] -> [3, 2]}}
  %0 = stator.broadcast %a : (tensor<2xf32>) -> tensor<3x2xf32>
  return
}

// -----

func.func @broadcast_extent(%a: tensor<2xf32>) {
  // expected-error @below {{broadcast: only an extent of 1 stretches: [2] -> [3]}}
  %0 = stator.broadcast %a : (tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @broadcast_dtype(%a: tensor<1xf32>) {
  // expected-error @below {{broadcast: the dtype changes: f32[1] -> f64[3]}}
  %0 = stator.broadcast %a : (tensor<1xf32>) -> tensor<3xf64>
  return
}

// -----

func.func @reshape(%a: tensor<2x3xf32>) {
  // expected-error @below {{reshape: the number of elements changes: [2, 3] -> [5]}}
  %0 = stator.reshape %a : (tensor<2x3xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @reshape_loses_symbol(%a: tensor<2x3xf32, #stator.symbols<[batch], []>>) {
  // expected-error @below {{reshape: the number of elements changes: [2*batch, 3] -> [6]}}
  %0 = stator.reshape %a : (tensor<2x3xf32, #stator.symbols<[batch], []>>) -> tensor<6xf32>
  return
}

// -----

func.func @permute_count(%a: tensor<2x3xf32>) {
  // expected-error @below {{permute: as many axes as the operand's rank are needed: [2, 3]}}
  %0 = stator.permute %a {axes = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @permute_axis(%a: tensor<2x3xf32>) {
  // expected-error @below {{permute: an axis is not one of the operand's: [2, 3]}}
  %0 = stator.permute %a {axes = array<i64: 0, 2>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @permute_twice(%a: tensor<2x3xf32>) {
  // expected-error @below {{permute: an axis stands twice: [2, 3]}}
  %0 = stator.permute %a {axes = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @permute_result(%a: tensor<2x3xf32>) {
  // expected-error @below {{permute: the result's type is not what the operands give: f32[2, 3] instead of f32[3, 2]}}
  %0 = stator.permute %a {axes = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @slice_counts(%a: tensor<4xf32>) {
  // expected-error @below {{slice: one start, stop and step for each axis are needed: [4]}}
  %0 = stator.slice %a {start = array<i64: 0, 0>, stop = array<i64: 1>, step = array<i64: 1>} : (tensor<4xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @slice_range(%a: tensor<4xf32>) {
  // expected-error @below {{slice: the range lies outside the operand: [4]}}
  %0 = stator.slice %a {start = array<i64: 0>, stop = array<i64: 5>, step = array<i64: 1>} : (tensor<4xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @slice_step(%a: tensor<4xf32>) {
  // expected-error @below {{slice: the step is below 1: [4]}}
  %0 = stator.slice %a {start = array<i64: 0>, stop = array<i64: 4>, step = array<i64: 0>} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @slice_symbol(%a: tensor<4xf32, #stator.symbols<[batch]>>) {
  // expected-error @below {{slice: a symbolic extent can only be taken whole: [4*batch]}}
  %0 = stator.slice %a {start = array<i64: 0>, stop = array<i64: 2>, step = array<i64: 1>} : (tensor<4xf32, #stator.symbols<[batch]>>) -> tensor<2xf32>
  return
}

// -----

func.func @pad_counts(%a: tensor<4xf32>) {
  // expected-error @below {{pad: one low, high and interior for each axis are needed: [4]}}
  %0 = stator.pad %a {low = array<i64: 0, 0>, high = array<i64: 1>, interior = array<i64: 0>, value = 0.0} : (tensor<4xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @pad_negative(%a: tensor<4xf32>) {
  // expected-error @below {{pad: a negative amount: [4]}}
  %0 = stator.pad %a {low = array<i64: -1>, high = array<i64: 0>, interior = array<i64: 0>, value = 0.0} : (tensor<4xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @pad_symbol(%a: tensor<4xf32, #stator.symbols<[batch]>>) {
  // expected-error @below {{pad: a symbolic extent cannot be padded: [4*batch]}}
  %0 = stator.pad %a {low = array<i64: 1>, high = array<i64: 0>, interior = array<i64: 0>, value = 0.0} : (tensor<4xf32, #stator.symbols<[batch]>>) -> tensor<5xf32>
  return
}

// -----

func.func @flip(%a: tensor<4xf32>) {
  // expected-error @below {{flip: an axis is not one of the operand's: [4]}}
  %0 = stator.flip %a {axes = array<i64: 1>} : (tensor<4xf32>) -> tensor<4xf32>
  return
}
