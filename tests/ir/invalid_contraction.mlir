// Each rule's own message, with the shapes that broke it.
// RUN: stator-opt %s --split-input-file --verify-diagnostics

func.func @matmul_inner(%a: tensor<32x784xf32>, %b: tensor<785x128xf32>) {
  // expected-error @below {{matmul: inner extents differ: [32, 784] x [785, 128]}}
  %0 = stator.matmul %a, %b : (tensor<32x784xf32>, tensor<785x128xf32>) -> tensor<32x128xf32>
  return
}

// -----

func.func @matmul_vector(%a: tensor<4xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{matmul: an operand has fewer than two axes: [4] x [4]}}
  %0 = stator.matmul %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>
  return
}

// -----

func.func @matmul_dtypes(%a: tensor<2x3xf32>, %b: tensor<3x2xf64>) {
  // expected-error @below {{matmul: dtypes differ: f32[2, 3] x f64[3, 2]}}
  %0 = stator.matmul %a, %b : (tensor<2x3xf32>, tensor<3x2xf64>) -> tensor<2x2xf32>
  return
}

// -----

func.func @matmul_ranks(%a: tensor<5x2x3xf32>, %b: tensor<3x2xf32>) {
  // expected-error @below {{matmul: ranks differ: [5, 2, 3] x [3, 2]}}
  %0 = stator.matmul %a, %b : (tensor<5x2x3xf32>, tensor<3x2xf32>) -> tensor<5x2x2xf32>
  return
}

// -----

func.func @matmul_leading(%a: tensor<5x2x3xf32>, %b: tensor<4x3x2xf32>) {
  // expected-error @below {{matmul: leading extents differ: [5, 2, 3] x [4, 3, 2]}}
  %0 = stator.matmul %a, %b : (tensor<5x2x3xf32>, tensor<4x3x2xf32>) -> tensor<5x2x2xf32>
  return
}

// -----

func.func @conv2d_input(%a: tensor<3x8x8xf32>, %b: tensor<4x3x3x3xf32>) {
  // expected-error @below {{conv2d: the input is not [N, C, H, W]: [3, 8, 8] x [4, 3, 3, 3]}}
  %0 = stator.conv2d %a, %b {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_weight(%a: tensor<1x3x8x8xf32>, %b: tensor<4x3x3xf32>) {
  // expected-error @below {{conv2d: the weight is not [O, C / groups, KH, KW]: [1, 3, 8, 8] x [4, 3, 3]}}
  %0 = stator.conv2d %a, %b {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_channels(%a: tensor<1x3x8x8xf32>, %b: tensor<4x2x3x3xf32>) {
  // expected-error @below {{conv2d: channels of input and weight differ: [1, 3, 8, 8] x [4, 2, 3, 3]}}
  %0 = stator.conv2d %a, %b {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<4x2x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_groups(%a: tensor<1x4x8x8xf32>, %b: tensor<3x2x3x3xf32>) {
  // expected-error @below {{conv2d: groups do not divide the output channels: [1, 4, 8, 8] x [3, 2, 3, 3]}}
  %0 = stator.conv2d %a, %b {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x6x6xf32>
  return
}

// -----

func.func @conv2d_kernel(%a: tensor<1x3x2x2xf32>, %b: tensor<4x3x3x3xf32>) {
  // expected-error @below {{conv2d: the kernel is larger than the padded input: [1, 3, 2, 2] x [4, 3, 3, 3]}}
  %0 = stator.conv2d %a, %b {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x2x2xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @conv2d_dtypes(%a: tensor<1x3x8x8xf32>, %b: tensor<4x3x3x3xf64>) {
  // expected-error @below {{conv2d: dtypes differ: f32[1, 3, 8, 8] x f64[4, 3, 3, 3]}}
  %0 = stator.conv2d %a, %b {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf64>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_symbol(%a: tensor<1x3x8x8xf32, #stator.symbols<[], [], [steps], []>>, %b: tensor<4x3x3x3xf32>) {
  // expected-error @below {{conv2d: channels, height and width must be numbers: [1, 3, 8*steps, 8] x [4, 3, 3, 3]}}
  %0 = stator.conv2d %a, %b {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x8x8xf32, #stator.symbols<[], [], [steps], []>>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_stride(%a: tensor<1x3x8x8xf32>, %b: tensor<4x3x3x3xf32>) {
  // expected-error @below {{attribute 'stride' failed to satisfy constraint: i64 dense array attribute with exactly 2 elements whose value is positive}}
  %0 = stator.conv2d %a, %b {stride = array<i64: 0, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_input_grad_cotangent(%a: tensor<1x4x5x6xf32>, %b: tensor<4x3x3x3xf32>) {
  // expected-error @below {{conv2d_input_grad: the cotangent is not of the convolution's type: [1, 4, 5, 6] x [4, 3, 3, 3] -> [1, 3, 8, 8]}}
  %0 = stator.conv2d_input_grad %a, %b {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x4x5x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>
  return
}

// -----

func.func @conv2d_weight_grad_cotangent(%a: tensor<1x3x8x8xf32>, %b: tensor<1x4x5x6xf32>) {
  // expected-error @below {{conv2d_weight_grad: the cotangent is not of the convolution's type: [1, 3, 8, 8] x [1, 4, 5, 6] -> [4, 3, 3, 3]}}
  %0 = stator.conv2d_weight_grad %a, %b {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<1x4x5x6xf32>) -> tensor<4x3x3x3xf32>
  return
}

// -----

func.func @convolution_input(%a: tensor<8x8x3xf32>, %b: tensor<3x3x3x4xf32>) {
  // expected-error @below {{convolution: the input is not [N, H, W, C]: [8, 8, 3] x [3, 3, 3, 4]}}
  %0 = stator.convolution %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false} : (tensor<8x8x3xf32>, tensor<3x3x3x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @convolution_planes(%a: tensor<1x4x8x8xf32>, %b: tensor<3x3x2x4xf32>) {
  // expected-error @below {{convolution: channels-first images are in one group: [1, 4, 8, 8] x [3, 3, 2, 4]}}
  %0 = stator.convolution %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 2 : i64, channels_first = true} : (tensor<1x4x8x8xf32>, tensor<3x3x2x4xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @convolution_weight(%a: tensor<1x8x8x3xf32>, %b: tensor<3x3x4xf32>) {
  // expected-error @below {{convolution: the weight is not [KH, KW, C / groups, O]: [1, 8, 8, 3] x [3, 3, 4]}}
  %0 = stator.convolution %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false} : (tensor<1x8x8x3xf32>, tensor<3x3x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @convolution_weight_grad_cotangent(%a: tensor<1x8x8x3xf32>, %b: tensor<1x6x5x4xf32>) {
  // expected-error @below {{convolution_weight_grad: the cotangent is not of the convolution's type: [1, 8, 8, 3] x [1, 6, 5, 4] -> [3, 3, 3, 4]}}
  %0 = stator.convolution_weight_grad %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false} : (tensor<1x8x8x3xf32>, tensor<1x6x5x4xf32>) -> tensor<3x3x3x4xf32>
  return
}

// -----

func.func @convolution_weight_grad_parts(%a: tensor<3x8x8x3xf32>, %b: tensor<3x6x6x4xf32>) {
  // expected-error @below {{convolution_weight_grad: the parts do not divide the images: [3, 8, 8, 3] x [3, 6, 6, 4] -> [2, 3, 3, 3, 4]}}
  %0 = stator.convolution_weight_grad %a, %b {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false} : (tensor<3x8x8x3xf32>, tensor<3x6x6x4xf32>) -> tensor<2x3x3x3x4xf32>
  return
}

// -----

func.func @winograd_weight(%w: tensor<5x3x16x16xf32>) {
  // expected-error @below {{winograd_weight: the weight is not [3, 3, C, O]: [5, 3, 16, 16]}}
  %0 = stator.winograd_weight %w {of_gradient = false} : (tensor<5x3x16x16xf32>) -> tensor<4x4x16x16xf32>
  return
}

// -----

func.func @matmul_narrower(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) {
  // expected-error @below {{matmul: the result's type is not what the operands give: bf16[2, 2] instead of f32[2, 2]}}
  %0 = stator.matmul %a, %b : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xbf16>
  return
}

// -----

func.func @winograd_convolution(%x: tensor<1x8x8x16xf32>, %u: tensor<3x3x16x16xf32>) {
  // expected-error @below {{winograd_convolution: the weight is not [4, 4, C, O]: [1, 8, 8, 16] x [3, 3, 16, 16]}}
  %0 = stator.winograd_convolution %x, %u : (tensor<1x8x8x16xf32>, tensor<3x3x16x16xf32>) -> tensor<1x6x6x16xf32>
  return
}

// -----

func.func @matmul_wider(%a: tensor<2x3xbf16>, %b: tensor<3x2xbf16>) {
  // expected-error @below {{matmul: the result's type is not what the operands give: f64[2, 2] instead of bf16[2, 2]}}
  %0 = stator.matmul %a, %b : (tensor<2x3xbf16>, tensor<3x2xbf16>) -> tensor<2x2xf64>
  return
}
