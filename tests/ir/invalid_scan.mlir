// Loops whose step does not fit what it is given, or gives.
// RUN: stator-opt %s --split-input-file --verify-diagnostics

func.func @lengths(%s: tensor<4xf32>, %a: tensor<3x4xf32>, %b: tensor<2x4xf32>) -> tensor<4xf32> {
  // expected-error @below {{scan: sequences differ in their first extent}}
  %0 = stator.scan from(%s) over(%a, %b) with() : (tensor<4xf32>, tensor<3x4xf32>, tensor<2x4xf32>) -> tensor<4xf32> {
  ^bb0(%t: tensor<4xf32>, %x: tensor<4xf32>, %y: tensor<4xf32>):
    stator.yield %t : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @state(%s: tensor<4xf32>, %a: tensor<3x5xf32>) -> tensor<4xf32> {
  // expected-error @below {{scan: the new state is not of the state's type}}
  %0 = stator.scan from(%s) over(%a) with() : (tensor<4xf32>, tensor<3x5xf32>) -> tensor<4xf32> {
  ^bb0(%t: tensor<4xf32>, %x: tensor<5xf32>):
    stator.yield %x : tensor<5xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @element(%s: tensor<4xf32>, %a: tensor<3x4xf32>) -> tensor<4xf32> {
  // expected-error @below {{the region's arguments are not of the types of states, elements and invariants}}
  %0 = stator.scan from(%s) over(%a) with() : (tensor<4xf32>, tensor<3x4xf32>) -> tensor<4xf32> {
  ^bb0(%t: tensor<4xf32>, %x: tensor<3x4xf32>):
    stator.yield %t : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @stack(%s: tensor<4xf32>, %a: tensor<3x4xf32>) -> tensor<4x4xf32> {
  // expected-error @below {{the results are not of the types of final states and stacked results}}
  %0:2 = stator.scan from(%s) over(%a) with() : (tensor<4xf32>, tensor<3x4xf32>) -> (tensor<4xf32>, tensor<4x4xf32>) {
  ^bb0(%t: tensor<4xf32>, %x: tensor<4xf32>):
    stator.yield %t, %x : tensor<4xf32>, tensor<4xf32>
  }
  return %0#1 : tensor<4x4xf32>
}

// -----

func.func @draws(%a: tensor<3xi64>, %seed: tensor<i64>) -> tensor<3x4xf32> {
  // expected-error @below {{scan: the cell draws random numbers, which would be the same at every step}}
  %0 = stator.scan from() over(%a) with(%seed) : (tensor<3xi64>, tensor<i64>) -> tensor<3x4xf32> {
  ^bb0(%x: tensor<i64>, %k: tensor<i64>):
    %u = stator.random_uniform %k, %x {site = 1 : i64, occurrence = 0 : i64} : (tensor<i64>, tensor<i64>) -> tensor<4xf32>
    stator.yield %u : tensor<4xf32>
  }
  return %0 : tensor<3x4xf32>
}
