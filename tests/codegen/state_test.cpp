// State updates: in place where nothing else needs the old value, through a copy where something does.
#include "tests/catch.h"
#include "tests/codegen/check_function.h"

using stator::tests::check_function;
using stator::tests::Compiled;
using Kinds = std::vector<std::string>;

TEST_CASE("an update by a gradient's kernel is in place") {
  Compiled compiled = check_function(
      R"(func.func @main(%x: tensor<32x64xf32>, %dy: tensor<32x10xf32>, %lr: tensor<f32> {stator.argument = "lr"},
      %w: tensor<64x10xf32> {stator.slot = 0 : i64}) -> (tensor<64x10xf32> {stator.update = 0 : i64}) {
    %xt = stator.permute %x {axes = array<i64: 1, 0>} : (tensor<32x64xf32>) -> tensor<64x32xf32>
    %g = stator.matmul %xt, %dy : (tensor<64x32xf32>, tensor<32x10xf32>) -> tensor<64x10xf32>
    %r = stator.reshape %lr : (tensor<f32>) -> tensor<1x1xf32>
    %l = stator.broadcast %r : (tensor<1x1xf32>) -> tensor<64x10xf32>
    %s = stator.mul %l, %g : (tensor<64x10xf32>, tensor<64x10xf32>) -> tensor<64x10xf32>
    %n = stator.sub %w, %s : (tensor<64x10xf32>, tensor<64x10xf32>) -> tensor<64x10xf32>
    return %n : tensor<64x10xf32>
  })");
  CHECK(compiled.kinds == Kinds{"contraction"});
  CHECK(compiled.arena_bytes == 0);
}

TEST_CASE("a later reader of the old value runs before its update") {
  Compiled compiled = check_function(R"(func.func @main(%x: tensor<48xf32>, %w: tensor<48xf32> {stator.slot = 0 : i64})
      -> (tensor<48xf32> {stator.update = 0 : i64}, tensor<1xf32>) {
    %n = stator.add %w, %x : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %s = stator.sum %w {axes = array<i64: 0>} : (tensor<48xf32>) -> tensor<1xf32>
    return %n, %s : tensor<48xf32>, tensor<1xf32>
  })");
  CHECK(compiled.arena_bytes == 0);
}

TEST_CASE("slots that swap, copy and repeat") {
  check_function(
      R"(func.func @main(%a: tensor<48xf32> {stator.slot = 0 : i64}, %b: tensor<48xf32> {stator.slot = 1 : i64},
      %c: tensor<48xf32> {stator.slot = 2 : i64}) -> (tensor<48xf32> {stator.update = 0 : i64},
      tensor<48xf32> {stator.update = 1 : i64}, tensor<48xf32>, tensor<48xf32>, tensor<48xf32> {stator.update = 2 : i64}) {
    %n = stator.neg %c : (tensor<48xf32>) -> tensor<48xf32>
    return %b, %a, %a, %n, %n : tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>, tensor<48xf32>
  })");
}

TEST_CASE("an update that reads the old value elsewhere goes through a copy") {
  check_function(R"(func.func @main(%a: tensor<6x8xf32> {stator.slot = 0 : i64})
      -> (tensor<6x8xf32> {stator.update = 0 : i64}) {
    %f = stator.flip %a {axes = array<i64: 0, 1>} : (tensor<6x8xf32>) -> tensor<6x8xf32>
    %n = stator.add %a, %f : (tensor<6x8xf32>, tensor<6x8xf32>) -> tensor<6x8xf32>
    return %n : tensor<6x8xf32>
  })");
}
