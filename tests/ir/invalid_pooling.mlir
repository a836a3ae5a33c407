// Each rule's own message, with the shapes that broke it.
// RUN: stator-opt %s --split-input-file --verify-diagnostics

func.func @max_pool2d_rank(%a: tensor<3x8x8xf32>) {
  // expected-error @below {{max_pool2d: the input is not [N, C, H, W]: [3, 8, 8]}}
  %0 = stator.max_pool2d %a {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 3>} : (tensor<3x8x8xf32>) -> tensor<3x4x4xf32>
  return
}

// -----

func.func @max_pool2d_symbol(%a: tensor<1x3x8x8xf32, #stator.symbols<[], [], [steps], []>>) {
  // expected-error @below {{max_pool2d: height and width must be numbers: [1, 3, 8*steps, 8]}}
  %0 = stator.max_pool2d %a {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 3>} : (tensor<1x3x8x8xf32, #stator.symbols<[], [], [steps], []>>) -> tensor<1x3x4x4xf32>
  return
}

// -----

func.func @max_pool2d_window(%a: tensor<1x3x1x8xf32>) {
  // expected-error @below {{max_pool2d: the window is larger than the padded input: [1, 3, 1, 8]}}
  %0 = stator.max_pool2d %a {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 3>} : (tensor<1x3x1x8xf32>) -> tensor<1x3x1x4xf32>
  return
}

// -----

func.func @max_pool2d_padding(%a: tensor<1x3x8x8xf32>) {
  // expected-error @below {{max_pool2d: the padding exceeds half the window: [1, 3, 8, 8]}}
  %0 = stator.max_pool2d %a {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, padding = array<i64: 2, 2, 0, 0>, axes = array<i64: 2, 3>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
  return
}

// -----

func.func @avg_pool2d_rank(%a: tensor<3x8x8xf32>) {
  // expected-error @below {{avg_pool2d: the input is not [N, C, H, W]: [3, 8, 8]}}
  %0 = stator.avg_pool2d %a {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, divisor = 4 : i64, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 3>} : (tensor<3x8x8xf32>) -> tensor<3x4x4xf32>
  return
}

// -----

func.func @avg_pool2d_symbol(%a: tensor<1x3x8x8xf32, #stator.symbols<[], [], [steps], []>>) {
  // expected-error @below {{avg_pool2d: height and width must be numbers: [1, 3, 8*steps, 8]}}
  %0 = stator.avg_pool2d %a {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, divisor = 4 : i64, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 3>} : (tensor<1x3x8x8xf32, #stator.symbols<[], [], [steps], []>>) -> tensor<1x3x4x4xf32>
  return
}

// -----

func.func @avg_pool2d_window(%a: tensor<1x3x1x8xf32>) {
  // expected-error @below {{avg_pool2d: the window is larger than the padded input: [1, 3, 1, 8]}}
  %0 = stator.avg_pool2d %a {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, divisor = 4 : i64, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 3>} : (tensor<1x3x1x8xf32>) -> tensor<1x3x1x4xf32>
  return
}

// -----

func.func @avg_pool2d_padding(%a: tensor<1x3x8x8xf32>) {
  // expected-error @below {{avg_pool2d: the padding exceeds half the window: [1, 3, 8, 8]}}
  %0 = stator.avg_pool2d %a {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, divisor = 4 : i64, padding = array<i64: 2, 2, 0, 0>, axes = array<i64: 2, 3>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
  return
}

// -----

func.func @max_pool2d_axes(%a: tensor<1x3x8x8xf32>) {
  // expected-error @below {{attribute 'axes' failed to satisfy constraint: i64 dense array attribute of two different axes below 4}}
  %0 = stator.max_pool2d %a {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 4>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
  return
}

// -----

func.func @max_pool2d_grad_cotangent(%a: tensor<1x3x8x8xf32>, %b: tensor<1x3x4x5xf32>) {
  // expected-error @below {{max_pool2d_grad: the cotangent is not of the pooled type: [1, 3, 8, 8] x [1, 3, 4, 5]}}
  %0 = stator.max_pool2d_grad %a, %b {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 3>} : (tensor<1x3x8x8xf32>, tensor<1x3x4x5xf32>) -> tensor<1x3x8x8xf32>
  return
}

// -----

func.func @avg_pool2d_grad_cotangent(%a: tensor<1x3x4x5xf32>) {
  // expected-error @below {{avg_pool2d_grad: the cotangent is not of the pooled type: [1, 3, 4, 5] -> [1, 3, 8, 8]}}
  %0 = stator.avg_pool2d_grad %a {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>, divisor = 4 : i64, padding = array<i64: 0, 0, 0, 0>, axes = array<i64: 2, 3>} : (tensor<1x3x4x5xf32>) -> tensor<1x3x8x8xf32>
  return
}

// -----

func.func @positions_of_large_windows(%x: tensor<1x20x20x4xf32>) {
  // expected-error @below {{max_pool2d_positions: a window has more than 256 elements: [1, 20, 20, 4]}}
  %0 = stator.max_pool2d_positions %x {kernel = array<i64: 20, 20>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, axes = array<i64: 1, 2>} : (tensor<1x20x20x4xf32>) -> tensor<1x1x1x4xui8>
  return
}

// -----

func.func @scatter_of_others(%dy: tensor<1x2x2x4xf32>, %at: tensor<1x2x3x4xui8>) {
  // expected-error @below {{max_pool2d_scatter: the cotangent or the positions are not of the pooled type}}
  %0 = stator.max_pool2d_scatter %dy, %at {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, axes = array<i64: 1, 2>} : (tensor<1x2x2x4xf32>, tensor<1x2x3x4xui8>) -> tensor<1x4x4x4xf32>
  return
}
