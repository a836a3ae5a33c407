// A batch that is partly valid gives what a batch of exactly that size gives, whatever valid rows fill up the rest.
#include "tests/catch.h"
#include "tests/passes_values/run_passes.h"
#include "tests/passes_values/small_convnet.h"

namespace stator::tests {
namespace {

const std::string through_masks = "mask,stator-differentiate,bind-symbols";

/// The first `valid` rows of `x`, and copies of row `filler` in all rows after them, as the runtime fills them.
TensorValue filled_up(TensorValue x, long valid, long rows, long filler) {
  long row = static_cast<long>(x.elements.size()) / x.extents[0];
  std::vector<double> source(x.elements.begin() + filler * row, x.elements.begin() + (filler + 1) * row);
  x.elements.resize(static_cast<size_t>(valid * row));
  for (long i = valid; i < rows; ++i) x.elements.insert(x.elements.end(), source.begin(), source.end());
  x.extents[0] = rows;
  return x;
}

Arguments small_batch(long valid, long rows, long filler) {
  TensorValue images = drawn("images", DType::f32, {valid, 1, 8, 8}), digits = drawn("digits", DType::i64, {valid});
  return {{filled_up(images, valid, rows, filler), filled_up(digits, valid, rows, filler)},
          {{"lr", 0.5}, {"seed", 7}, {"step", 3}, {"valid.batch", double(valid)}}};
}

}  // namespace

TEST_CASE("a training step at 48 with 4 valid rows is one at 4") {
  Module at48 = Module(small_convnet.graph(), {batch = 48}).after(through_masks);
  Module at4 = Module(small_convnet.graph(), {batch = 4}).after(through_masks);
  auto exact = at4.run("train_step", small_batch(4, 4, 0));
  CHECK(error(at48.run("train_step", small_batch(4, 48, 0)), exact) < 1e-12);
  CHECK(error(at48.run("train_step", small_batch(4, 48, 3)), exact) < 1e-12);
}

TEST_CASE("the same after simplify and layout") {
  Module at48 = Module(small_convnet.graph(), {batch = 48}).after(through_masks + ",simplify,layout");
  Module at4 = Module(small_convnet.graph(), {batch = 4}).after(through_masks);
  CHECK(error(at48.run("train_step", small_batch(4, 48, 2)), at4.run("train_step", small_batch(4, 4, 0))) < 1e-12);
}

TEST_CASE("a full batch is not changed by masks") {
  Module masked = Module(small_convnet.graph(), {batch = 4}).after(through_masks);
  Module plain = Module(small_convnet.graph(), {batch = 4}).after("stator-differentiate");
  CHECK(error(masked.run("train_step", small_batch(4, 4, 0)), plain.run("train_step", small_batch(4, 4, 0))) == 0);
}

TEST_CASE("one comparison serves the whole step, and prediction needs none") {
  Module module = Module(small_convnet.graph(), {batch = 48}).after(through_masks + ",simplify");
  CHECK(module.count("less") == 1);
}

TEST_CASE("a merged axis of batch and steps counts the elements that are valid in both") {
  Module module(R"(
!apart = tensor<4x3x2xf64, #stator.symbols<[batch], [steps], []>>
!merged = tensor<12x2xf64, #stator.symbols<[batch, steps], []>>
module attributes {stator.bindings = {batch = 4 : i64, steps = 3 : i64}} {
func.func @main(%x: !apart {stator.input = 0 : i64}) -> (tensor<1x2xf64>, tensor<1x2xf64>, tensor<f64>) {
  %m = stator.reshape %x : (!apart) -> !merged
  %s = stator.sum %m {axes = array<i64: 0>} : (!merged) -> tensor<1x2xf64>
  %g = stator.max %m {axes = array<i64: 0>} : (!merged) -> tensor<1x2xf64>
  %n = stator.count %m {axes = array<i64: 0>} : (!merged) -> tensor<f64>
  return %s, %g, %n : tensor<1x2xf64>, tensor<1x2xf64>, tensor<f64>
}
})");
  TensorValue x{DType::f64, {4, 3, 2}, {}};
  for (int i = 0; i < 24; ++i) x.elements.push_back(i);  // valid: batch 0 to 1, steps 0 to 1: 0..3 and 6..9
  auto results = module.after("mask").run("main", {{x}, {{"valid.batch", 2}, {"valid.steps", 2}}});
  CHECK(results[0].elements == std::vector<double>{0 + 2 + 6 + 8, 1 + 3 + 7 + 9});
  CHECK(results[1].elements == std::vector<double>{8, 9});
  CHECK(results[2].elements == std::vector<double>{4});
}

}  // namespace stator::tests
