// Copies that turn matrices round, square by square: whole squares, what is left of them, and slices.
#include "tests/catch.h"
#include "tests/codegen/check_function.h"

using stator::tests::check_function;

TEST_CASE("copies in another order of axes have every element in its place") {
  check_function(R"(
    func.func @main(%x: tensor<3x12x12x32xf32>, %m: tensor<70x45xf32>, %n: tensor<2x16x64xf32>)
        -> (tensor<3x4608xf32>, tensor<45x70xf32>, tensor<64x2x16xf32>, tensor<17x50xf32>) {
      %p = stator.permute %x {axes = array<i64: 0, 3, 1, 2>} : (tensor<3x12x12x32xf32>) -> tensor<3x32x12x12xf32>
      %f = stator.reshape %p : (tensor<3x32x12x12xf32>) -> tensor<3x4608xf32>
      %t = stator.permute %m {axes = array<i64: 1, 0>} : (tensor<70x45xf32>) -> tensor<45x70xf32>
      %o = stator.permute %n {axes = array<i64: 2, 0, 1>} : (tensor<2x16x64xf32>) -> tensor<64x2x16xf32>
      %s = stator.slice %m {start = array<i64: 5, 20>, stop = array<i64: 55, 37>, step = array<i64: 1, 1>}
        : (tensor<70x45xf32>) -> tensor<50x17xf32>
      %u = stator.permute %s {axes = array<i64: 1, 0>} : (tensor<50x17xf32>) -> tensor<17x50xf32>
      return %f, %t, %o, %u : tensor<3x4608xf32>, tensor<45x70xf32>, tensor<64x2x16xf32>, tensor<17x50xf32>
    })");
}

TEST_CASE("large copies are shared between chunks") {
  check_function(R"(
    func.func @main(%x: tensor<16x33x60x20xf32>) -> tensor<16x20x33x60xf32> {
      %p = stator.permute %x {axes = array<i64: 0, 3, 1, 2>} : (tensor<16x33x60x20xf32>) -> tensor<16x20x33x60xf32>
      return %p : tensor<16x20x33x60xf32>
    })");
}
