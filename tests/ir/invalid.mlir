// Each rule's own message, with the shapes that broke it.
// RUN: stator-opt %s --split-input-file --verify-diagnostics

func.func @matmul(%a: tensor<32x784xf32>, %b: tensor<785x128xf32>) {
  // expected-error @below {{matmul: inner extents differ: [32, 784] x [785, 128]}}
  %0 = stator.matmul %a, %b : (tensor<32x784xf32>, tensor<785x128xf32>) -> tensor<32x128xf32>
  return
}
