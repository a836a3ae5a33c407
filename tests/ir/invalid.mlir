// Each rule's own message, with the shapes that broke it.
// RUN: stator-opt %s --split-input-file --verify-diagnostics

func.func @sum_axis(%a: tensor<4xf32>) {
  // expected-error @below {{sum: an axis is not one of the operand's: [4]}}
  %0 = stator.sum %a {axes = array<i64: 1>} : (tensor<4xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @sum_twice(%a: tensor<4xf32>) {
  // expected-error @below {{sum: an axis stands twice: [4]}}
  %0 = stator.sum %a {axes = array<i64: 0, 0>} : (tensor<4xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @max_axis(%a: tensor<4xf32>) {
  // expected-error @below {{max: an axis is not one of the operand's: [4]}}
  %0 = stator.max %a {axes = array<i64: 1>} : (tensor<4xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @max_twice(%a: tensor<4xf32>) {
  // expected-error @below {{max: an axis stands twice: [4]}}
  %0 = stator.max %a {axes = array<i64: 0, 0>} : (tensor<4xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @argmax(%a: tensor<4xf32>) {
  // expected-error @below {{argmax: the axis is not one of the operand's: [4]}}
  %0 = stator.argmax %a {axis = 1 : i64} : (tensor<4xf32>) -> tensor<1xi64>
  return
}

// -----

func.func @argmax_dtype(%a: tensor<4xf32>) {
  // expected-error @below {{argmax: the result's type is not what the operands give: f32[1] instead of i64[1]}}
  %0 = stator.argmax %a {axis = 0 : i64} : (tensor<4xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @constant() {
  // expected-error @below {{requires attribute 'value'}}
  %0 = stator.constant : tensor<f32>
  return
}

// -----

func.func @iota() {
  // expected-error @below {{iota: the axis is not one of the result's: [4]}}
  %0 = stator.iota {axis = 1 : i64} : tensor<4xi64>
  return
}

// -----

func.func @count(%a: tensor<4xf32>) {
  // expected-error @below {{count: the result's type is not what the operands give: f32[1] instead of f32[]}}
  %0 = stator.count %a {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @random_scalars(%a: tensor<1xi64>) {
  // expected-error @below {{random_uniform: seed and step are i64 scalars: i64[1] x i64[1] -> f32[4]}}
  %0 = stator.random_uniform %a, %a {site = 1 : i64, occurrence = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @random_dtype(%a: tensor<i64>) {
  // expected-error @below {{random_uniform: draws are f32: i64[] x i64[] -> f64[4]}}
  %0 = stator.random_uniform %a, %a {site = 1 : i64, occurrence = 0 : i64} : (tensor<i64>, tensor<i64>) -> tensor<4xf64>
  return
}

// -----

func.func @gradient_loss(%a: tensor<4xf32>) {
  // expected-error @below {{gradient: the loss is not a scalar: [4] x [4]}}
  %0 = stator.gradient %a, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @gradient_whole(%a: tensor<f32>, %b: tensor<4xi64>) {
  // expected-error @below {{gradient: whole numbers have no gradient: f32[] x i64[4]}}
  %0 = stator.gradient %a, %b : (tensor<f32>, tensor<4xi64>) -> tensor<4xi64>
  return
}

// -----

// expected-error @below {{symbols: there is no symbol "rows"}}
func.func private @unknown_symbol(tensor<4xf32, #stator.symbols<[rows]>>)

// -----

// expected-error @below {{symbols: 2 axes on a tensor of 1}}
func.func private @symbols_of_another_rank(tensor<4xf32, #stator.symbols<[batch], []>>)

// -----

func.func @fusion_kind(%a: tensor<4xf32>) {
  // expected-error @below {{kind is contraction, window, map, reduce, row, scatter or attention, not "loop"}}
  %0 = stator.fusion kind "loop" (%a) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%b: tensor<4xf32>):
    stator.yield %b : tensor<4xf32>
  }
  return
}

// -----

func.func @fusion_arguments(%a: tensor<4xf32>) {
  // expected-error @below {{the region's arguments are not of the operands' types}}
  %0 = stator.fusion kind "map" (%a) : (tensor<4xf32>) -> tensor<5xf32> {
  ^bb0(%b: tensor<5xf32>):
    stator.yield %b : tensor<5xf32>
  }
  return
}

// -----

func.func @fusion_yield(%a: tensor<4xf32>) {
  // expected-error @below {{the yielded values are not of the results' types}}
  %0 = stator.fusion kind "map" (%a) : (tensor<4xf32>) -> tensor<5xf32> {
  ^bb0(%b: tensor<4xf32>):
    stator.yield %b : tensor<4xf32>
  }
  return
}
