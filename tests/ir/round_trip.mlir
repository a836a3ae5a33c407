// Every op prints in a form that parses back to itself, in the pretty form and in the generic one.
// RUN: stator-opt %s | stator-opt | FileCheck %s
// RUN: stator-opt %s --mlir-print-op-generic | stator-opt | FileCheck %s

// CHECK: module attributes {stator.bindings = {batch = 4 : i64}}
module attributes {stator.bindings = {batch = 4 : i64}} {
// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%x: tensor<4x3xf32, #stator.symbols<[batch], []>>, %c: tensor<4x3xi1, #stator.symbols<[batch], []>>) {
  // CHECK: stator.neg %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %0 = stator.neg %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.abs %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %1 = stator.abs %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.sign %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %2 = stator.sign %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.square %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %3 = stator.square %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.exp %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %4 = stator.exp %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.log %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %5 = stator.log %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.sqrt %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %6 = stator.sqrt %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.rsqrt %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %7 = stator.rsqrt %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.reciprocal %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %8 = stator.reciprocal %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.tanh %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %9 = stator.tanh %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.sigmoid %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %10 = stator.sigmoid %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.relu %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %11 = stator.relu %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.add %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %12 = stator.add %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.sub %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %13 = stator.sub %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.mul %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %14 = stator.mul %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.div %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %15 = stator.div %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.maximum %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %16 = stator.maximum %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.minimum %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %17 = stator.minimum %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.pow %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %18 = stator.pow %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.equal %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  %19 = stator.equal %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  // CHECK: stator.not_equal %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  %20 = stator.not_equal %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  // CHECK: stator.less %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  %21 = stator.less %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  // CHECK: stator.less_equal %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  %22 = stator.less_equal %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  // CHECK: stator.greater %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  %23 = stator.greater %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  // CHECK: stator.greater_equal %{{.*}}, %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  %24 = stator.greater_equal %x, %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  // CHECK: stator.logical_and %{{.*}}, %{{.*}} : (tensor<4x3xi1, #stator.symbols<[batch], []>>, tensor<4x3xi1, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  %25 = stator.logical_and %c, %c : (tensor<4x3xi1, #stator.symbols<[batch], []>>, tensor<4x3xi1, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  // CHECK: stator.logical_or %{{.*}}, %{{.*}} : (tensor<4x3xi1, #stator.symbols<[batch], []>>, tensor<4x3xi1, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  %26 = stator.logical_or %c, %c : (tensor<4x3xi1, #stator.symbols<[batch], []>>, tensor<4x3xi1, #stator.symbols<[batch], []>>) -> tensor<4x3xi1, #stator.symbols<[batch], []>>
  // CHECK: stator.where %{{.*}}, %{{.*}}, %{{.*}} : (tensor<4x3xi1, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  %w = stator.where %c, %x, %x : (tensor<4x3xi1, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>, tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xf32, #stator.symbols<[batch], []>>
  // CHECK: stator.cast %{{.*}} : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xbf16, #stator.symbols<[batch], []>>
  %t = stator.cast %x : (tensor<4x3xf32, #stator.symbols<[batch], []>>) -> tensor<4x3xbf16, #stator.symbols<[batch], []>>
  return
}

// CHECK-LABEL: func.func @movement
func.func @movement(%x: tensor<2x3xf32>, %y: tensor<1x3xui8>) {
  // CHECK: stator.broadcast %{{.*}} : (tensor<1x3xui8>) -> tensor<5x3xui8>
  %0 = stator.broadcast %y : (tensor<1x3xui8>) -> tensor<5x3xui8>
  // CHECK: stator.reshape %{{.*}} : (tensor<2x3xf32>) -> tensor<6xf32>
  %1 = stator.reshape %x : (tensor<2x3xf32>) -> tensor<6xf32>
  // CHECK: stator.permute %{{.*}} {axes = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %2 = stator.permute %x {axes = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  // CHECK: stator.slice %{{.*}} {start = array<i64: 0, 1>, step = array<i64: 1, 1>, stop = array<i64: -1, 3>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  %3 = stator.slice %x {start = array<i64: 0, 1>, step = array<i64: 1, 1>, stop = array<i64: -1, 3>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  // CHECK: stator.pad %{{.*}} {high = array<i64: 0, 2>, interior = array<i64: 1, 0>, low = array<i64: 1, 0>, value = 0.000000e+00 : f64} : (tensor<2x3xf32>) -> tensor<4x5xf32>
  %4 = stator.pad %x {high = array<i64: 0, 2>, interior = array<i64: 1, 0>, low = array<i64: 1, 0>, value = 0.000000e+00 : f64} : (tensor<2x3xf32>) -> tensor<4x5xf32>
  // CHECK: stator.flip %{{.*}} {axes = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %5 = stator.flip %x {axes = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// CHECK-LABEL: func.func @reduction
func.func @reduction(%x: tensor<2x3xf16>) {
  // CHECK: stator.sum %{{.*}} {axes = array<i64: 0, 1>} : (tensor<2x3xf16>) -> tensor<1x1xf16>
  %0 = stator.sum %x {axes = array<i64: 0, 1>} : (tensor<2x3xf16>) -> tensor<1x1xf16>
  // CHECK: stator.max %{{.*}} {axes = array<i64: 1>} : (tensor<2x3xf16>) -> tensor<2x1xf16>
  %1 = stator.max %x {axes = array<i64: 1>} : (tensor<2x3xf16>) -> tensor<2x1xf16>
  // CHECK: stator.argmax %{{.*}} {axis = 1 : i64} : (tensor<2x3xf16>) -> tensor<2x1xi64>
  %2 = stator.argmax %x {axis = 1 : i64} : (tensor<2x3xf16>) -> tensor<2x1xi64>
  return
}

// CHECK-LABEL: func.func @contraction
func.func @contraction(%a: tensor<5x2x3xf64>, %b: tensor<5x3x4xf64>, %x: tensor<2x4x7x8xf32>, %w: tensor<6x2x3x3xf32>, %y: tensor<2x6x4x8xf32>, %l: tensor<2x8x8x3xf32>, %k: tensor<3x3x3x4xf32>, %d: tensor<2x6x6x4xf32>) {
  // CHECK: stator.matmul %{{.*}}, %{{.*}} : (tensor<5x2x3xf64>, tensor<5x3x4xf64>) -> tensor<5x2x4xf64>
  %0 = stator.matmul %a, %b : (tensor<5x2x3xf64>, tensor<5x3x4xf64>) -> tensor<5x2x4xf64>
  // CHECK: stator.conv2d %{{.*}}, %{{.*}} {dilation = array<i64: 1, 2>, groups = 2 : i64, padding = array<i64: 1, 1, 2, 2>, stride = array<i64: 2, 1>} : (tensor<2x4x7x8xf32>, tensor<6x2x3x3xf32>) -> tensor<2x6x4x8xf32>
  %1 = stator.conv2d %x, %w {dilation = array<i64: 1, 2>, groups = 2 : i64, padding = array<i64: 1, 1, 2, 2>, stride = array<i64: 2, 1>} : (tensor<2x4x7x8xf32>, tensor<6x2x3x3xf32>) -> tensor<2x6x4x8xf32>
  // CHECK: stator.conv2d_input_grad %{{.*}}, %{{.*}} {dilation = array<i64: 1, 2>, groups = 2 : i64, padding = array<i64: 1, 1, 2, 2>, stride = array<i64: 2, 1>} : (tensor<2x6x4x8xf32>, tensor<6x2x3x3xf32>) -> tensor<2x4x7x8xf32>
  %2 = stator.conv2d_input_grad %y, %w {dilation = array<i64: 1, 2>, groups = 2 : i64, padding = array<i64: 1, 1, 2, 2>, stride = array<i64: 2, 1>} : (tensor<2x6x4x8xf32>, tensor<6x2x3x3xf32>) -> tensor<2x4x7x8xf32>
  // CHECK: stator.conv2d_weight_grad %{{.*}}, %{{.*}} {dilation = array<i64: 1, 2>, groups = 2 : i64, padding = array<i64: 1, 1, 2, 2>, stride = array<i64: 2, 1>} : (tensor<2x4x7x8xf32>, tensor<2x6x4x8xf32>) -> tensor<6x2x3x3xf32>
  %3 = stator.conv2d_weight_grad %x, %y {dilation = array<i64: 1, 2>, groups = 2 : i64, padding = array<i64: 1, 1, 2, 2>, stride = array<i64: 2, 1>} : (tensor<2x4x7x8xf32>, tensor<2x6x4x8xf32>) -> tensor<6x2x3x3xf32>
  // CHECK: stator.convolution %{{.*}}, %{{.*}} {channels_first = false, dilation = array<i64: 1, 1>, groups = 1 : i64, stride = array<i64: 1, 1>} : (tensor<2x8x8x3xf32>, tensor<3x3x3x4xf32>) -> tensor<2x6x6x4xf32>
  %4 = stator.convolution %l, %k {channels_first = false, dilation = array<i64: 1, 1>, groups = 1 : i64, stride = array<i64: 1, 1>} : (tensor<2x8x8x3xf32>, tensor<3x3x3x4xf32>) -> tensor<2x6x6x4xf32>
  // CHECK: stator.convolution_weight_grad %{{.*}}, %{{.*}} {channels_first = false, dilation = array<i64: 1, 1>, groups = 1 : i64, stride = array<i64: 1, 1>} : (tensor<2x8x8x3xf32>, tensor<2x6x6x4xf32>) -> tensor<3x3x3x4xf32>
  %5 = stator.convolution_weight_grad %l, %d {channels_first = false, dilation = array<i64: 1, 1>, groups = 1 : i64, stride = array<i64: 1, 1>} : (tensor<2x8x8x3xf32>, tensor<2x6x6x4xf32>) -> tensor<3x3x3x4xf32>
  return
}

// CHECK-LABEL: func.func @pooling
func.func @pooling(%x: tensor<2x4x8x8xf32>, %y: tensor<2x4x4x4xf32>, %l: tensor<2x8x8x4xf32>) {
  // CHECK: stator.max_pool2d %{{.*}} {axes = array<i64: 2, 3>, dilation = array<i64: 1, 1>, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<2x4x8x8xf32>) -> tensor<2x4x4x4xf32>
  %0 = stator.max_pool2d %x {axes = array<i64: 2, 3>, dilation = array<i64: 1, 1>, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<2x4x8x8xf32>) -> tensor<2x4x4x4xf32>
  // CHECK: stator.avg_pool2d %{{.*}} {axes = array<i64: 1, 2>, dilation = array<i64: 1, 1>, divisor = 9 : i64, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<2x8x8x4xf32>) -> tensor<2x4x4x4xf32>
  %1 = stator.avg_pool2d %l {axes = array<i64: 1, 2>, dilation = array<i64: 1, 1>, divisor = 9 : i64, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<2x8x8x4xf32>) -> tensor<2x4x4x4xf32>
  // CHECK: stator.max_pool2d_grad %{{.*}}, %{{.*}} {axes = array<i64: 2, 3>, dilation = array<i64: 1, 1>, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<2x4x8x8xf32>, tensor<2x4x4x4xf32>) -> tensor<2x4x8x8xf32>
  %2 = stator.max_pool2d_grad %x, %y {axes = array<i64: 2, 3>, dilation = array<i64: 1, 1>, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<2x4x8x8xf32>, tensor<2x4x4x4xf32>) -> tensor<2x4x8x8xf32>
  // CHECK: stator.avg_pool2d_grad %{{.*}} {axes = array<i64: 2, 3>, dilation = array<i64: 1, 1>, divisor = 9 : i64, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<2x4x4x4xf32>) -> tensor<2x4x8x8xf32>
  %3 = stator.avg_pool2d_grad %y {axes = array<i64: 2, 3>, dilation = array<i64: 1, 1>, divisor = 9 : i64, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<2x4x4x4xf32>) -> tensor<2x4x8x8xf32>
  return
}

// CHECK-LABEL: func.func @source
func.func @source(%x: tensor<4x3xf32>, %s: tensor<i64>, %l: tensor<f32>) {
  // CHECK: stator.constant {value = 5.000000e-01 : f64} : tensor<4xi32>
  %0 = stator.constant {value = 5.000000e-01 : f64} : tensor<4xi32>
  // CHECK: stator.iota {axis = 1 : i64} : tensor<4x3xi64>
  %1 = stator.iota {axis = 1 : i64} : tensor<4x3xi64>
  // CHECK: stator.count %{{.*}} {axes = array<i64: 0>} : (tensor<4x3xf32>) -> tensor<f32>
  %2 = stator.count %x {axes = array<i64: 0>} : (tensor<4x3xf32>) -> tensor<f32>
  // CHECK: stator.random_uniform %{{.*}}, %{{.*}} {occurrence = 1 : i64, site = -7 : i64} : (tensor<i64>, tensor<i64>) -> tensor<4x3xf32>
  %3 = stator.random_uniform %s, %s {occurrence = 1 : i64, site = -7 : i64} : (tensor<i64>, tensor<i64>) -> tensor<4x3xf32>
  // CHECK: stator.detach %{{.*}} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  %4 = stator.detach %x : (tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK: stator.gradient %{{.*}}, %{{.*}} : (tensor<f32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %5 = stator.gradient %l, %x : (tensor<f32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  return
}

// CHECK-LABEL: func.func @fusion
func.func @fusion(%x: tensor<4xf32>, %y: tensor<4xi1>) -> (tensor<4xf32>, tensor<4xi1>) {
  // CHECK: stator.fusion kind "map"(%{{.*}}, %{{.*}}) : (tensor<4xf32>, tensor<4xi1>) -> (tensor<4xf32>, tensor<4xi1>) {
  %0:2 = stator.fusion kind "map" (%x, %y) : (tensor<4xf32>, tensor<4xi1>) -> (tensor<4xf32>, tensor<4xi1>) {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xi1>):
    %c = stator.exp %a : (tensor<4xf32>) -> tensor<4xf32>
    // CHECK: stator.yield %{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xi1>
    stator.yield %c, %b : tensor<4xf32>, tensor<4xi1>
  }
  return %0#0, %0#1 : tensor<4xf32>, tensor<4xi1>
}
// CHECK-LABEL: func.func @indexing
func.func @indexing(%x: tensor<7x5xf32>, %i: tensor<4x3xi64, #stator.symbols<[batch], []>>) {
  // CHECK: stator.gather %{{.*}}, %{{.*}} {axis = 0 : i64} : (tensor<7x5xf32>, tensor<4x3xi64, #stator.symbols<[batch], []>>) -> tensor<4x3x5xf32, #stator.symbols<[batch], [], []>>
  %0 = stator.gather %x, %i {axis = 0 : i64} : (tensor<7x5xf32>, tensor<4x3xi64, #stator.symbols<[batch], []>>) -> tensor<4x3x5xf32, #stator.symbols<[batch], [], []>>
  // CHECK: stator.scatter_add %{{.*}}, %{{.*}} {axis = 0 : i64} : (tensor<4x3xi64, #stator.symbols<[batch], []>>, tensor<4x3x5xf32, #stator.symbols<[batch], [], []>>) -> tensor<7x5xf32>
  %1 = stator.scatter_add %i, %0 {axis = 0 : i64} : (tensor<4x3xi64, #stator.symbols<[batch], []>>, tensor<4x3x5xf32, #stator.symbols<[batch], [], []>>) -> tensor<7x5xf32>
  return
}

// CHECK-LABEL: func.func @scan
func.func @scan(%s: tensor<4xf32>, %xs: tensor<3x4xf32>, %w: tensor<4xf32>) -> (tensor<4xf32>, tensor<3x4xf32>) {
  // CHECK: stator.scan reverse from(%{{.*}}) over(%{{.*}}) with(%{{.*}}) : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<3x4xf32>) {
  %0:2 = stator.scan reverse from(%s) over(%xs) with(%w) : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<3x4xf32>) {
  ^bb0(%t: tensor<4xf32>, %x: tensor<4xf32>, %v: tensor<4xf32>):
    %p = stator.mul %t, %v : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %n = stator.add %p, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    // CHECK: stator.yield %{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xf32>
    stator.yield %n, %n : tensor<4xf32>, tensor<4xf32>
  }
  return %0#0, %0#1 : tensor<4xf32>, tensor<3x4xf32>
}
}
