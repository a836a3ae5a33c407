// Ops by tiles: on operands that are broadcast or lie otherwise, they give what code compiled for their shapes gives,
// and compile nothing.
#include <stator/eager.h>
#include <stator/stator.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "dsl/eager/family/family.h"
#include "dsl/eager/family/members.h"
#include "dsl/eager/op_kernels.h"
#include "dsl/trace.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/draw.h"
#include "tests/ops/run.h"
#include "tests/ops/run_eagerly.h"

namespace stator::tests {

namespace {

using Tensors = std::vector<TensorValue>;
using Given = std::vector<Value>;

TensorSpec spec(DType dtype, const std::vector<long>& extents) {
  TensorSpec made{dtype, {}};
  for (long extent : extents) made.extents.push(Extent(extent));
  return made;
}

/// A program of some inputs: what `build` makes of them, then the gradients of its sum, weighted with the last input,
/// for all other floats.
ProgramGraph recorded(const std::vector<TensorSpec>& inputs, const std::function<Value(const Given&)>& build,
                      bool with_gradients) {
  ProgramGraph program;
  Function function;
  function.name = Name("tiles");
  Trace trace(program, function, false);
  Given given;
  for (const TensorSpec& each : inputs) given.push_back({{&trace, trace.input(each)}, each});
  const Value made = build(given);
  function.graph.results.push_back(made.id);
  if (with_gradients) {
    const Value loss = total(made * given.back());
    for (size_t i = 0; i + 1 < given.size(); ++i)
      if (is_float(inputs[i].dtype)) function.graph.results.push_back(gradient(loss, given[i]).id);
  }
  program.functions.push_back(std::move(function));
  return program;
}

Tensors drawn(const ProgramGraph& program) {
  const Function& function = program.functions[0];
  Tensors inputs;
  for (size_t i = 0; i < function.inputs.size(); ++i)
    inputs.push_back(draw(function.inputs[i], 1, {0.5, 2}, function.name.str(), i));
  return inputs;
}

bool has_family() {
  return eager::find_in_family(eager::family_members().front().key, name_of_target("native")) != nullptr;
}

/// Op by op as compiled: the first result bit by bit where `exact`, all within `tolerance`; and nothing is compiled.
void check_as_compiled(Eager& eager, const ProgramGraph& program, bool exact, double tolerance = 1e-6) {
  const Tensors inputs = drawn(program);
  const Tensors found = run_eagerly(eager, program, inputs);
  const Tensors expected = CompiledProgram(program, 1).run("tiles", inputs);
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    INFO("result " << i << ": " << difference(found[i], expected[i], tolerance));
    CHECK(error_of(found[i], expected[i]) <= (exact && i == 0 ? 0 : tolerance));
  }
  if (has_family()) CHECK(eager.figures().compiled == 0);
}

Value permuted(const Value& x, const std::vector<long>& axes) {
  const Attribute attribute = Attribute::of("axes", axes.data(), static_cast<int>(axes.size()));
  TensorSpec to = x.spec;
  for (size_t i = 0; i < axes.size(); ++i) to.extents[static_cast<int>(i)] = x.spec.extents[static_cast<int>(axes[i])];
  return {{x.context, x.context->apply({"permute", &x.id, 1, &attribute, 1, to})}, to};
}

Value reduced(std::string_view op, const Value& x, const std::vector<long>& axes) {
  const Attribute attribute = Attribute::of("axes", axes.data(), static_cast<int>(axes.size()));
  TensorSpec to = x.spec;
  for (long axis : axes) to.extents[static_cast<int>(axis)] = Extent(1);
  return {{x.context, x.context->apply({op, &x.id, 1, &attribute, 1, to})}, to};
}

NdArray filled(const NdArray::Extents& extents, float value) {
  NdArray array = NdArray::empty(DType::f32, extents);
  std::fill_n(reinterpret_cast<float*>(array.bytes()), array.element_count(), value);
  return array;
}

/// What meets what; the result is as large as both together.
struct Shapes {
  std::vector<long> a, b, result;
};
const std::vector<Shapes>& broadcasts() {
  static const std::vector<Shapes> all{
      {{32, 512}, {512}, {32, 512}},                    // a bias along rows
      {{7, 10}, {10}, {7, 10}},                         // no multiple of anything
      {{130, 13}, {130, 1}, {130, 13}},                 // a column against rows
      {{4, 3, 64, 64}, {4, 3, 64, 1}, {4, 3, 64, 64}},  // of a length that there is code for
      {{3, 16, 196}, {16, 1}, {3, 16, 196}},            // channels of images
      {{2, 7, 1031}, {2, 1, 1}, {2, 7, 1031}},          // rows longer than a tile
      {{5, 9, 31}, {5, 1, 31}, {5, 9, 31}},             // an axis in the middle
      {{6, 50, 64}, {6, 1, 64}, {6, 50, 64}},           // the same, worth a buffer
      {{37, 1}, {1, 41}, {37, 41}},                     // both
      {{3, 5000}, {5000}, {3, 5000}},                   // a period longer than a tile
      {{90, 1000}, {1000}, {90, 1000}},                 // parts with sums of their own
      {{90, 800}, {1, 1}, {90, 800}},                   // one for all, with a gradient
      {{1, 1, 1}, {1}, {1, 1, 1}},
      {{0, 3}, {3}, {0, 3}},  // nothing at all
  };
  return all;
}

}  // namespace

TEST_CASE("broadcast operands: the bits of compiled code, and its gradients") {
  Eager eager({.threads = 1, .cache = "off"});
  const std::vector<std::function<Value(const Given&)>> ops{
      [](const Given& x) { return x[0] + x[1]; }, [](const Given& x) { return x[0] * x[1]; },
      [](const Given& x) { return x[1] / x[0]; }, [](const Given& x) { return maximum(x[0], x[1]); }};
  size_t next = 0;
  for (DType dtype : {DType::f32, DType::f64})
    for (const Shapes& shapes : broadcasts()) {
      INFO("case " << next << " of " << name_of(dtype));
      const std::vector<TensorSpec> inputs{spec(dtype, shapes.a), spec(dtype, shapes.b), spec(dtype, shapes.result)};
      check_as_compiled(eager, recorded(inputs, ops[next++ % ops.size()], true), true);
    }
}

TEST_CASE("other elementwise ops take broadcast operands by tiles, too") {
  Eager eager({.threads = 1, .cache = "off"});
  const TensorSpec whole = spec(DType::f32, {9, 33, 6}), row = spec(DType::f32, {6}),
                   column = spec(DType::f32, {33, 1});
  check_as_compiled(
      eager,
      recorded(
          {whole, row, column, whole}, [](const Given& x) { return where(less(x[0], x[1]), x[2], x[0]); }, true),
      true);
  check_as_compiled(eager, recorded({whole, row}, [](const Given& x) { return less(x[0], x[1]); }, false), true);
  const TensorSpec counts = spec(DType::i64, {40, 7}), weights = spec(DType::i64, {7});
  check_as_compiled(eager, recorded({counts, weights}, [](const Given& x) { return x[0] * x[1]; }, false), true);
}

TEST_CASE("operands with their axes in another order are read, and their gradients written, by tiles") {
  Eager eager({.threads = 1, .cache = "off"});
  const TensorSpec heads = spec(DType::f32, {3, 5, 4, 16}), whole = spec(DType::f32, {3, 4, 5, 16});
  check_as_compiled(
      eager,
      recorded({heads, whole, whole}, [](const Given& x) { return x[1] * permuted(x[0], {0, 2, 1, 3}); }, true), true);
  const TensorSpec tall = spec(DType::f32, {70, 90}), wide = spec(DType::f32, {90, 70}), bias = spec(DType::f32, {70});
  check_as_compiled(
      eager, recorded({tall, bias, wide}, [](const Given& x) { return permuted(x[0], {1, 0}) + x[1]; }, true), true);
}

TEST_CASE("sums and maxima over any axes") {
  Eager eager({.threads = 1, .cache = "off"});
  const std::vector<std::vector<long>> shapes{{4, 16, 64},  {5, 7, 10}, {3, 2, 3000},
                                              {64, 3, 128}, {1, 9, 1},  {33, 16, 100}};
  const std::vector<std::vector<long>> axes{{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 2}, {0, 1, 2}};
  for (const auto& extents : shapes)
    for (const auto& over : axes) {
      INFO(extents[0] << " x " << extents[1] << " x " << extents[2] << " over " << over.size() << " from " << over[0]);
      const TensorSpec x = spec(DType::f32, extents);
      TensorSpec result = x;
      for (long axis : over) result.extents[static_cast<int>(axis)] = Extent(1);
      check_as_compiled(
          eager,
          recorded({x, result}, [&](const Given& in) { return reduced("sum", in[0], over); }, true), false, 2e-6);
      const auto off = eager.no_grad();  // a maximum's gradient is compiled
      check_as_compiled(eager,
                        recorded({x}, [&](const Given& in) { return reduced("max", in[0], over); }, false), true);
    }
}

TEST_CASE("many rows of an odd length are summed by code for their shape") {
  Eager eager({.threads = 1, .cache = "off"});
  const NdArray sums = eager.array(reduced("sum", eager.value(filled({1100, 65}, 0.5f)), {1}));
  CHECK(sums == filled({1100, 1}, 32.5f));
  CHECK(eager.figures().compiled == 1);
}

TEST_CASE("sums of values that are permuted, whole, or none") {
  Eager eager({.threads = 1, .cache = "off"});
  const TensorSpec image = spec(DType::f32, {4, 6, 6, 16}), sums = spec(DType::f32, {1, 16, 1, 1});
  check_as_compiled(
      eager,
      recorded(
          {image, sums}, [](const Given& x) { return reduced("sum", permuted(x[0], {0, 3, 1, 2}), {0, 2, 3}); }, true),
      false);
  check_as_compiled(
      eager,
      recorded({spec(DType::i64, {100, 30})}, [](const Given& x) { return reduced("sum", x[0], {0}); }, false), true);
  check_as_compiled(eager,
                    recorded(
                        {spec(DType::f32, {0, 5}), spec(DType::f32, {1, 5})},
                        [](const Given& x) { return reduced("sum", x[0], {0}); }, true),
                    true);
}

TEST_CASE("NaN is the greatest by tiles, wherever it stands") {
  Eager eager({.threads = 1, .cache = "off"});
  for (const std::vector<int64_t>& extents : {std::vector<int64_t>{40, 64}, {40, 10}, {3, 500}, {90, 48}})
    for (long axis : {0L, 1L}) {
      NdArray array = filled(extents, -1);
      array.at<float>({extents[0] - 1, 3}) = std::nanf("");
      array.at<float>({1, extents[1] - 1}) = -std::numeric_limits<float>::infinity();
      const Value x = eager.value(array);
      const NdArray found = eager.array(reduced("max", x, {axis}));
      for (int64_t i = 0; i < found.element_count(); ++i) {
        const float each = reinterpret_cast<const float*>(found.bytes())[i];
        CHECK((std::isnan(each) ? i == (axis == 0 ? 3 : extents[0] - 1) : each == -1));
      }
    }
}

TEST_CASE("tiles give the same bits at any number of threads") {
  const auto op = [](const Given& x) { return x[0] * x[1] + x[2]; };
  for (const Shapes& shapes : {Shapes{{700, 300}, {300}, {700, 1}}, {{9, 16, 3000}, {16, 1}, {9, 1, 1}}}) {
    const ProgramGraph program = recorded({spec(DType::f32, shapes.a), spec(DType::f32, shapes.b),
                                           spec(DType::f32, shapes.result), spec(DType::f32, shapes.a)},
                                          op, true);
    const Tensors inputs = drawn(program);
    Eager one({.threads = 1, .cache = "off"}), three({.threads = 3, .cache = "off"});
    const Tensors expected = run_eagerly(one, program, inputs), found = run_eagerly(three, program, inputs);
    for (size_t i = 0; i < found.size(); ++i) CHECK(error_of(found[i], expected[i]) == 0);
  }
}

TEST_CASE("what is called often is compiled in the end, and tapes from before still serve") {
  Eager eager({.threads = 1, .cache = "off"});
  const Value row = eager.value(filled({8}, 3), true), rows = eager.value(filled({4, 8}, 2));
  const Value early = total(row * rows);
  for (int64_t i = 0; i < eager::KernelStore::calls_by_tiles; ++i) CHECK(eager.array(row * rows) == filled({4, 8}, 6));
  CHECK(eager.figures().compiled > 0);
  eager.backward(early.id);
  total(row * rows).backward();
  CHECK(eager.array(Held{&eager, eager.grad(row.id)}) == filled({8}, 16));
}

TEST_CASE("layers made of sums and broadcasts compile nothing") {
  if (!has_family()) {
    WARN("skipped: this build has no family for this host");
    return;
  }
  Eager eager({.threads = 1, .cache = "off"});
  Module<LayerNorm<24>> layer(eager);
  Module<BatchNorm2d<6>> batch_norm(eager);
  auto x = eager.tensor<Tensor<f32, 5, 6, 4, 24>>(filled({5, 6, 4, 24}, 0.5f), true);
  mean(square(softmax<-1>(batch_norm(layer(x))))).backward();
  CHECK(eager.figures().compiled == 0);
}

}  // namespace stator::tests
