// Each rule's own message, with the shapes that broke it.
// RUN: stator-opt %s --split-input-file --verify-diagnostics

func.func @elementwise(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) {
  // expected-error @below {{add: extents do not broadcast: [2, 3] x [3, 2] -> [2, 3]}}
  %0 = stator.add %a, %b : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @elementwise_dtypes(%a: tensor<2xf32>, %b: tensor<2xf64>) {
  // expected-error @below {{mul: extents do not broadcast: f32[2] x f64[2] -> f32[2]}}
  %0 = stator.mul %a, %b : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xf32>
  return
}

// -----

func.func @comparison_gives_bool(%a: tensor<2xf32>) {
  // expected-error @below {{less: extents do not broadcast: [2] x [2] -> [2]}}
  %0 = stator.less %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @where_condition(%a: tensor<2xf32>) {
  // expected-error @below {{where: the condition is not bool: [2] x [2] x [2] -> [2]}}
  %0 = stator.where %a, %a, %a : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @where_extents(%c: tensor<3xi1>, %a: tensor<2xf32>) {
  // expected-error @below {{where: operands and result differ: bool[3] x f32[2] x f32[2] -> f32[2]}}
  %0 = stator.where %c, %a, %a : (tensor<3xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @cast(%a: tensor<2xf32>) {
  // expected-error @below {{cast: the extents change: f32[2] -> i64[3]}}
  %0 = stator.cast %a : (tensor<2xf32>) -> tensor<3xi64>
  return
}

// -----

func.func @rank_above_6(%a: tensor<1x1x1x1x1x1x1xf32>) {
  // expected-error @below {{operand #0 must be tensor of static extents, at most 6 axes and an element type of Stator}}
  %0 = stator.neg %a : (tensor<1x1x1x1x1x1x1xf32>) -> tensor<1x1x1x1x1x1x1xf32>
  return
}

// -----

func.func @dynamic(%a: tensor<?xf32>) {
  // expected-error @below {{operand #0 must be tensor of static extents}}
  %0 = stator.neg %a : (tensor<?xf32>) -> tensor<?xf32>
  return
}
