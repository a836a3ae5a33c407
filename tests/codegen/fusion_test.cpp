// Compiled fusions of every kind, and what becomes one kernel.
#include "tests/catch.h"
#include "tests/codegen/check_function.h"

using stator::tests::check_function;
using stator::tests::Compiled;
using Kinds = std::vector<std::string>;

TEST_CASE("elementwise ops of any length are one map") {
  for (const char* shape : {"1", "5", "16", "100", "3x7x11", "40000", "64x26x26x16"}) {
    INFO(shape);
    std::string t = std::string("tensor<") + shape + "xf32>";
    Compiled compiled = check_function(
        "func.func @main(%a: " + t + ", %b: " + t + ") -> (" + t + ", " + t + ") {\n" + "  %s = stator.mul %a, %b : (" +
        t + ", " + t + ") -> " + t + "\n" + "  %e = stator.exp %s : (" + t + ") -> " + t + "\n" +
        "  %r = stator.relu %b : (" + t + ") -> " + t + "\n" + "  %m = stator.maximum %e, %r : (" + t + ", " + t +
        ") -> " + t + "\n" + "  return %e, %m : " + t + ", " + t + "\n}");
    CHECK(compiled.kinds.size() <= 2);
  }
}

TEST_CASE("scalars are computed in their own precision") {
  check_function(
      R"(func.func @main(%lr: tensor<f32> {stator.argument = "lr"}, %step: tensor<i64> {stator.slot = 0 : i64},
      %b: tensor<f64>) -> (tensor<f32>, tensor<f64>, tensor<i64> {stator.update = 0 : i64}) {
    %one = stator.constant {value = 1.0} : tensor<i64>
    %next = stator.add %step, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
    %f = stator.cast %next : (tensor<i64>) -> tensor<f64>
    %a = stator.abs %b : (tensor<f64>) -> tensor<f64>
    %p = stator.pow %a, %f : (tensor<f64>, tensor<f64>) -> tensor<f64>
    %n = stator.neg %lr : (tensor<f32>) -> tensor<f32>
    return %n, %p, %next : tensor<f32>, tensor<f64>, tensor<i64>
  })");
}

TEST_CASE("movement ops are read through index maps") {
  check_function(R"(func.func @main(%x: tensor<4x6x5x33xf32>, %b: tensor<33xf32>)
      -> (tensor<4x5x33x6xf32>, tensor<4x3x5x33xf32>, tensor<5x9x5x37xf32>, tensor<4x6x5x33xf32>, tensor<4x11x5x33xf32>) {
    %p = stator.permute %x {axes = array<i64: 0, 2, 3, 1>} : (tensor<4x6x5x33xf32>) -> tensor<4x5x33x6xf32>
    %q = stator.exp %p : (tensor<4x5x33x6xf32>) -> tensor<4x5x33x6xf32>
    %s = stator.slice %x {start = array<i64: 0, 1, 0, 0>, stop = array<i64: -1, 6, -1, -1>, step = array<i64: 1, 2, 1, 1>}
      : (tensor<4x6x5x33xf32>) -> tensor<4x3x5x33xf32>
    %t = stator.relu %s : (tensor<4x3x5x33xf32>) -> tensor<4x3x5x33xf32>
    %e = stator.square %x : (tensor<4x6x5x33xf32>) -> tensor<4x6x5x33xf32>
    %d = stator.pad %e {low = array<i64: 1, 1, 0, 2>, high = array<i64: 0, 2, 0, 2>, interior = array<i64: 0, 0, 0, 0>, value = 0.5}
      : (tensor<4x6x5x33xf32>) -> tensor<5x9x5x37xf32>
    %r = stator.reshape %b : (tensor<33xf32>) -> tensor<1x1x1x33xf32>
    %c = stator.broadcast %r : (tensor<1x1x1x33xf32>) -> tensor<4x6x5x33xf32>
    %f = stator.flip %x {axes = array<i64: 1, 3>} : (tensor<4x6x5x33xf32>) -> tensor<4x6x5x33xf32>
    %a = stator.add %f, %c : (tensor<4x6x5x33xf32>, tensor<4x6x5x33xf32>) -> tensor<4x6x5x33xf32>
    %i = stator.pad %x {low = array<i64: 0, 0, 0, 0>, high = array<i64: 0, 0, 0, 0>, interior = array<i64: 0, 1, 0, 0>, value = 0.0}
      : (tensor<4x6x5x33xf32>) -> tensor<4x11x5x33xf32>
    return %q, %t, %d, %a, %i
      : tensor<4x5x33x6xf32>, tensor<4x3x5x33xf32>, tensor<5x9x5x37xf32>, tensor<4x6x5x33xf32>, tensor<4x11x5x33xf32>
  })");
}

TEST_CASE("a reshape through other groups of axes finds its elements") {
  check_function(
      R"(func.func @main(%x: tensor<6x10xf32>, %y: tensor<4x15xf32>) -> (tensor<4x15xf32>, tensor<3x20xf32>) {
    %p = stator.permute %x {axes = array<i64: 1, 0>} : (tensor<6x10xf32>) -> tensor<10x6xf32>
    %r = stator.reshape %p : (tensor<10x6xf32>) -> tensor<4x15xf32>
    %a = stator.add %r, %y : (tensor<4x15xf32>, tensor<4x15xf32>) -> tensor<4x15xf32>
    %i = stator.iota {axis = 1 : i64} : tensor<4x15xf32>
    %j = stator.reshape %i : (tensor<4x15xf32>) -> tensor<3x20xf32>
    %z = stator.reshape %y : (tensor<4x15xf32>) -> tensor<3x20xf32>
    %b = stator.mul %j, %z : (tensor<3x20xf32>, tensor<3x20xf32>) -> tensor<3x20xf32>
    return %a, %b : tensor<4x15xf32>, tensor<3x20xf32>
  })");
}

TEST_CASE("bool, whole numbers and casts") {
  check_function(R"(func.func @main(%x: tensor<37xf32>, %l: tensor<37xi64>, %b: tensor<37xi1>, %u: tensor<37xui8>)
      -> (tensor<37xi1>, tensor<37xf32>, tensor<37xi32>, tensor<37xf32>, tensor<37xui8>) {
    %z = stator.constant {value = 0.0} : tensor<37xf32>
    %c = stator.less %x, %z : (tensor<37xf32>, tensor<37xf32>) -> tensor<37xi1>
    %o = stator.logical_or %c, %b : (tensor<37xi1>, tensor<37xi1>) -> tensor<37xi1>
    %f = stator.cast %l : (tensor<37xi64>) -> tensor<37xf32>
    %w = stator.where %o, %x, %f : (tensor<37xi1>, tensor<37xf32>, tensor<37xf32>) -> tensor<37xf32>
    %i = stator.cast %x : (tensor<37xf32>) -> tensor<37xi32>
    %v = stator.cast %u : (tensor<37xui8>) -> tensor<37xf32>
    %m = stator.maximum %u, %u : (tensor<37xui8>, tensor<37xui8>) -> tensor<37xui8>
    return %o, %w, %i, %v, %m : tensor<37xi1>, tensor<37xf32>, tensor<37xi32>, tensor<37xf32>, tensor<37xui8>
  })");
}

TEST_CASE("narrow floats are stored rounded and computed as f32") {
  for (const char* element : {"f16", "bf16"}) {
    INFO(element);
    std::string t = std::string("tensor<5x19x") + element + ">", f = "tensor<5x19xf32>",
                r = std::string("tensor<5x1x") + element + ">";
    check_function("func.func @main(%a: " + t + ", %b: " + t + ", %x: " + f + ") -> (" + t + ", " + f + ", " + t +
                       ", " + r + ") {\n" + "  %s = stator.add %a, %b : (" + t + ", " + t + ") -> " + t + "\n" +
                       "  %e = stator.exp %s : (" + t + ") -> " + t + "\n" + "  %w = stator.cast %a : (" + t + ") -> " +
                       f + "\n" + "  %n = stator.cast %x : (" + f + ") -> " + t + "\n" +
                       "  %m = stator.sum %a {axes = array<i64: 1>} : (" + t + ") -> " + r + "\n" +
                       "  return %e, %w, %n, %m : " + t + ", " + f + ", " + t + ", " + r + "\n}",
                   {.tolerance = 1e-2});
  }
}

TEST_CASE("draws are the interpreter's, bit for bit") {
  check_function(R"(func.func @main(%seed: tensor<i64> {stator.argument = "seed"}, %step: tensor<i64>)
      -> (tensor<7x45xf32>, tensor<3x2x5xf32>) {
    %r = stator.random_uniform %seed, %step {site = 123456789 : i64, occurrence = 3 : i64} : (tensor<i64>, tensor<i64>) -> tensor<7x45xf32>
    %q = stator.random_uniform %seed, %step {site = -5 : i64, occurrence = 0 : i64} : (tensor<i64>, tensor<i64>) -> tensor<2x5x3xf32>
    %p = stator.permute %q {axes = array<i64: 2, 0, 1>} : (tensor<2x5x3xf32>) -> tensor<3x2x5xf32>
    return %r, %p : tensor<7x45xf32>, tensor<3x2x5xf32>
  })",
                 {.tolerance = 0});
}

TEST_CASE("softmax of a row is one kernel, short or long") {
  for (int columns : {1, 7, 10, 16, 100, 1000}) {
    std::string n = std::to_string(columns), t = "tensor<33x" + n + "xf32>", r = "tensor<33x1xf32>";
    Compiled compiled = check_function(
        "func.func @main(%x: " + t + ") -> (" + t + ", " + r + ") {\n" +
            "  %m = stator.max %x {axes = array<i64: 1>} : (" + t + ") -> " + r + "\n" +
            "  %mb = stator.broadcast %m : (" + r + ") -> " + t + "\n" + "  %d = stator.sub %x, %mb : (" + t + ", " +
            t + ") -> " + t + "\n" + "  %e = stator.exp %d : (" + t + ") -> " + t + "\n" +
            "  %s = stator.sum %e {axes = array<i64: 1>} : (" + t + ") -> " + r + "\n" + "  %l = stator.log %s : (" +
            r + ") -> " + r + "\n" + "  %lb = stator.broadcast %l : (" + r + ") -> " + t + "\n" +
            "  %y = stator.sub %d, %lb : (" + t + ", " + t + ") -> " + t + "\n" + "  return %y, %l : " + t + ", " + r +
            "\n}",
        {.tolerance = 2e-5});
    if (columns > 1) CHECK(compiled.kinds == Kinds{"row"});
  }
}

TEST_CASE("reductions over leading, trailing, middle and all axes") {
  check_function(R"(func.func @main(%x: tensor<12x7x9x20xf32>) -> (tensor<1x1x1x20xf32>, tensor<12x7x1x1xf32>,
      tensor<1x7x1x1xf32>, tensor<1x1x1x1xf32>, tensor<12x1x9x20xf32>, tensor<12x7x9x1xi64>, tensor<12x7x1x20xi64>) {
    %e = stator.square %x : (tensor<12x7x9x20xf32>) -> tensor<12x7x9x20xf32>
    %a = stator.sum %e {axes = array<i64: 0, 1, 2>} : (tensor<12x7x9x20xf32>) -> tensor<1x1x1x20xf32>
    %b = stator.sum %x {axes = array<i64: 2, 3>} : (tensor<12x7x9x20xf32>) -> tensor<12x7x1x1xf32>
    %c = stator.max %x {axes = array<i64: 0, 2, 3>} : (tensor<12x7x9x20xf32>) -> tensor<1x7x1x1xf32>
    %d = stator.sum %e {axes = array<i64: 0, 1, 2, 3>} : (tensor<12x7x9x20xf32>) -> tensor<1x1x1x1xf32>
    %f = stator.max %x {axes = array<i64: 1>} : (tensor<12x7x9x20xf32>) -> tensor<12x1x9x20xf32>
    %g = stator.argmax %x {axis = 3 : i64} : (tensor<12x7x9x20xf32>) -> tensor<12x7x9x1xi64>
    %h = stator.argmax %x {axis = 2 : i64} : (tensor<12x7x9x20xf32>) -> tensor<12x7x1x20xi64>
    return %a, %b, %c, %d, %f, %g, %h : tensor<1x1x1x20xf32>, tensor<12x7x1x1xf32>, tensor<1x7x1x1xf32>,
      tensor<1x1x1x1xf32>, tensor<12x1x9x20xf32>, tensor<12x7x9x1xi64>, tensor<12x7x1x20xi64>
  })");
}

TEST_CASE("a reshape between a row and what is stretched in it: loops nest all the same") {
  check_function(R"(func.func @main(%a: tensor<1x33x1x1xf32>, %x: tensor<3x33x17x2xf32>) -> tensor<22x153xf32> {
    %b = stator.broadcast %a : (tensor<1x33x1x1xf32>) -> tensor<3x33x17x2xf32>
    %s = stator.add %b, %x : (tensor<3x33x17x2xf32>, tensor<3x33x17x2xf32>) -> tensor<3x33x17x2xf32>
    %r = stator.reshape %s : (tensor<3x33x17x2xf32>) -> tensor<22x153xf32>
    %m = stator.max %r {axes = array<i64: 1>} : (tensor<22x153xf32>) -> tensor<22x1xf32>
    %c = stator.broadcast %m : (tensor<22x1xf32>) -> tensor<22x153xf32>
    %y = stator.sub %r, %c : (tensor<22x153xf32>, tensor<22x153xf32>) -> tensor<22x153xf32>
    return %y : tensor<22x153xf32>
  })");
}

TEST_CASE("a long reduction to a few elements is divided, always in the same way") {
  Compiled compiled = check_function(R"(func.func @main(%x: tensor<18432x32xf32>) -> tensor<1x32xf32> {
    %s = stator.sum %x {axes = array<i64: 0>} : (tensor<18432x32xf32>) -> tensor<1x32xf32>
    return %s : tensor<1x32xf32>
  })");
  CHECK(compiled.kinds == Kinds{"reduce", "reduce"});
}

TEST_CASE("matrix products with bias and activation, plain and transposed") {
  Compiled compiled =
      check_function(R"(func.func @main(%x: tensor<32x784xf32>, %w: tensor<100x784xf32>, %b: tensor<100xf32>,
      %dy: tensor<32x100xf32>) -> (tensor<32x100xf32>, tensor<100x784xf32>) {
    %wt = stator.permute %w {axes = array<i64: 1, 0>} : (tensor<100x784xf32>) -> tensor<784x100xf32>
    %p = stator.matmul %x, %wt : (tensor<32x784xf32>, tensor<784x100xf32>) -> tensor<32x100xf32>
    %r = stator.reshape %b : (tensor<100xf32>) -> tensor<1x100xf32>
    %c = stator.broadcast %r : (tensor<1x100xf32>) -> tensor<32x100xf32>
    %s = stator.add %p, %c : (tensor<32x100xf32>, tensor<32x100xf32>) -> tensor<32x100xf32>
    %y = stator.relu %s : (tensor<32x100xf32>) -> tensor<32x100xf32>
    %xt = stator.permute %x {axes = array<i64: 1, 0>} : (tensor<32x784xf32>) -> tensor<784x32xf32>
    %g = stator.matmul %xt, %dy : (tensor<784x32xf32>, tensor<32x100xf32>) -> tensor<784x100xf32>
    %gt = stator.permute %g {axes = array<i64: 1, 0>} : (tensor<784x100xf32>) -> tensor<100x784xf32>
    %n = stator.neg %gt : (tensor<100x784xf32>) -> tensor<100x784xf32>
    return %y, %n : tensor<32x100xf32>, tensor<100x784xf32>
  })");
  CHECK(compiled.kinds == Kinds{"contraction", "contraction"});
}

TEST_CASE("batched matrix products, and those of f64") {
  check_function(R"(func.func @main(%a: tensor<3x5x17xf64>, %b: tensor<3x17x9xf64>) -> tensor<3x5x9xf64> {
    %p = stator.matmul %a, %b : (tensor<3x5x17xf64>, tensor<3x17x9xf64>) -> tensor<3x5x9xf64>
    return %p : tensor<3x5x9xf64>
  })",
                 {.tolerance = 1e-12});
}

TEST_CASE("matrix products of narrow floats and whole numbers") {
  for (const char* element : {"f16", "bf16", "i32"}) {
    INFO(element);
    std::string e = std::string("x") + element + ">", a = "tensor<6x17" + e, b = "tensor<17x9" + e,
                c = "tensor<6x9" + e;
    check_function("func.func @main(%a: " + a + ", %b: " + b + ") -> " + c + " {\n  %p = stator.matmul %a, %b : (" + a +
                       ", " + b + ") -> " + c + "\n  return %p : " + c + "\n}",
                   {.tolerance = 1e-2});
  }
}

TEST_CASE("channels-last convolution with bias and relu, and its weight gradient") {
  Compiled compiled =
      check_function(R"(func.func @main(%x: tensor<4x14x14x16xf32>, %w: tensor<3x3x16x32xf32>, %b: tensor<32xf32>,
      %dy: tensor<4x12x12x32xf32>) -> (tensor<4x12x12x32xf32>, tensor<3x3x16x32xf32>) {
    %p = stator.convolution %x, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
      : (tensor<4x14x14x16xf32>, tensor<3x3x16x32xf32>) -> tensor<4x12x12x32xf32>
    %r = stator.reshape %b : (tensor<32xf32>) -> tensor<1x1x1x32xf32>
    %c = stator.broadcast %r : (tensor<1x1x1x32xf32>) -> tensor<4x12x12x32xf32>
    %s = stator.add %p, %c : (tensor<4x12x12x32xf32>, tensor<4x12x12x32xf32>) -> tensor<4x12x12x32xf32>
    %y = stator.relu %s : (tensor<4x12x12x32xf32>) -> tensor<4x12x12x32xf32>
    %g = stator.convolution_weight_grad %x, %dy {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
      : (tensor<4x14x14x16xf32>, tensor<4x12x12x32xf32>) -> tensor<3x3x16x32xf32>
    return %y, %g : tensor<4x12x12x32xf32>, tensor<3x3x16x32xf32>
  })");
  CHECK(compiled.kinds == Kinds{"contraction", "contraction"});
}

TEST_CASE("an epilogue reads a tensor that it is told to expect, with a last panel and tile that are narrow") {
  check_function(R"(func.func @main(%a: tensor<301x5xf32>, %b: tensor<5x467xf32>, %r: tensor<301x467xf32>)
      -> tensor<301x467xf32> {
    %p = stator.matmul %a, %b : (tensor<301x5xf32>, tensor<5x467xf32>) -> tensor<301x467xf32>
    %y = stator.add %p, %r : (tensor<301x467xf32>, tensor<301x467xf32>) -> tensor<301x467xf32>
    return %y : tensor<301x467xf32>
  })");
}

TEST_CASE("weight gradients of parts of the images, of two groups too") {
  check_function(R"(func.func @main(%x: tensor<6x8x9x16xf32>, %dy: tensor<6x6x7x32xf32>)
      -> (tensor<3x3x3x16x32xf32>, tensor<2x3x3x8x32xf32>) {
    %g = stator.convolution_weight_grad %x, %dy
      {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
      : (tensor<6x8x9x16xf32>, tensor<6x6x7x32xf32>) -> tensor<3x3x3x16x32xf32>
    %h = stator.convolution_weight_grad %x, %dy
      {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 2 : i64, channels_first = false}
      : (tensor<6x8x9x16xf32>, tensor<6x6x7x32xf32>) -> tensor<2x3x3x8x32xf32>
    return %g, %h : tensor<3x3x3x16x32xf32>, tensor<2x3x3x8x32xf32>
  })");
}

TEST_CASE("a channels-first convolution with bias and relu, and weight gradients of parts of the images") {
  check_function(R"(func.func @main(%x: tensor<4x3x9x40xf32>, %w: tensor<3x2x3x10xf32>, %b: tensor<10xf32>,
      %dy: tensor<4x10x7x38xf32>) -> (tensor<4x10x7x38xf32>, tensor<3x2x3x10xf32>, tensor<2x3x2x3x10xf32>) {
    %p = stator.convolution %x, %w
      {stride = array<i64: 1, 1>, dilation = array<i64: 1, 2>, groups = 1 : i64, channels_first = true}
      : (tensor<4x3x9x40xf32>, tensor<3x2x3x10xf32>) -> tensor<4x10x7x38xf32>
    %r = stator.reshape %b : (tensor<10xf32>) -> tensor<1x10x1x1xf32>
    %c = stator.broadcast %r : (tensor<1x10x1x1xf32>) -> tensor<4x10x7x38xf32>
    %s = stator.add %p, %c : (tensor<4x10x7x38xf32>, tensor<4x10x7x38xf32>) -> tensor<4x10x7x38xf32>
    %y = stator.relu %s : (tensor<4x10x7x38xf32>) -> tensor<4x10x7x38xf32>
    %g = stator.convolution_weight_grad %x, %dy
      {stride = array<i64: 1, 1>, dilation = array<i64: 1, 2>, groups = 1 : i64, channels_first = true}
      : (tensor<4x3x9x40xf32>, tensor<4x10x7x38xf32>) -> tensor<3x2x3x10xf32>
    %h = stator.convolution_weight_grad %x, %dy
      {stride = array<i64: 1, 1>, dilation = array<i64: 1, 2>, groups = 1 : i64, channels_first = true}
      : (tensor<4x3x9x40xf32>, tensor<4x10x7x38xf32>) -> tensor<2x3x2x3x10xf32>
    return %y, %g, %h : tensor<4x10x7x38xf32>, tensor<3x2x3x10xf32>, tensor<2x3x2x3x10xf32>
  })");
}

TEST_CASE("strided, dilated and grouped convolutions") {
  check_function(R"(func.func @main(%x: tensor<2x11x12x8xf32>, %w: tensor<3x2x4x6xf32>, %dy: tensor<2x4x5x6xf32>)
      -> (tensor<2x4x5x6xf32>, tensor<3x2x4x6xf32>) {
    %p = stator.convolution %x, %w {stride = array<i64: 2, 2>, dilation = array<i64: 2, 3>, groups = 2 : i64, channels_first = false}
      : (tensor<2x11x12x8xf32>, tensor<3x2x4x6xf32>) -> tensor<2x4x5x6xf32>
    %g = stator.convolution_weight_grad %x, %dy {stride = array<i64: 2, 2>, dilation = array<i64: 2, 3>, groups = 2 : i64, channels_first = false}
      : (tensor<2x11x12x8xf32>, tensor<2x4x5x6xf32>) -> tensor<3x2x4x6xf32>
    return %p, %g : tensor<2x4x5x6xf32>, tensor<3x2x4x6xf32>
  })");
}
