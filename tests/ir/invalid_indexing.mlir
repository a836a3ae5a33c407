// The rules of gather and scatter_add, with the shapes that broke them.
// RUN: stator-opt %s --split-input-file --verify-diagnostics

func.func @gather_indices(%x: tensor<7x5xf32>, %i: tensor<3xf32>) {
  // expected-error @below {{gather: the indices are not whole numbers: [7, 5] x [3]}}
  %0 = stator.gather %x, %i {axis = 0 : i64} : (tensor<7x5xf32>, tensor<3xf32>) -> tensor<3x5xf32>
  return
}

// -----

func.func @gather_leading(%x: tensor<7x5xf32>, %i: tensor<3x2xi64>) {
  // expected-error @below {{gather: leading extents differ: f32[7, 5] x i64[3, 2]}}
  %0 = stator.gather %x, %i {axis = 1 : i64} : (tensor<7x5xf32>, tensor<3x2xi64>) -> tensor<3x2xf32>
  return
}

// -----

func.func @gather_symbol(%x: tensor<7x5xf32, #stator.symbols<[batch], []>>, %i: tensor<3xi64>) {
  // expected-error @below {{gather: the gathered extent must be a number: f32[7*batch, 5] x i64[3]}}
  %0 = stator.gather %x, %i {axis = 0 : i64}
      : (tensor<7x5xf32, #stator.symbols<[batch], []>>, tensor<3xi64>) -> tensor<3x5xf32>
  return
}

// -----

func.func @scatter_add(%i: tensor<3xi64>, %rows: tensor<4x5xf32>) {
  // expected-error @below {{scatter_add: indices and rows do not fit the result: i64[3] x f32[4, 5] -> f32[7, 5]}}
  %0 = stator.scatter_add %i, %rows {axis = 0 : i64} : (tensor<3xi64>, tensor<4x5xf32>) -> tensor<7x5xf32>
  return
}
