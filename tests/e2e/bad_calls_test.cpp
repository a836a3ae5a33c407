// Bad input to a compiled program, and to compilation: one sentence each, and the state stays as it was.
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/run.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

struct Small {
  Linear<4, 3> fc;
  constexpr auto operator()(auto x) const { return fc(x); }
};
using Rows = Tensor<f32, batch, 4>;
using Classes = Labels<3, batch>;

constexpr auto small =
    program<Small>(function<"predict", Rows>([](const auto& net, auto x) { return net(x); }),
                   train_step<Rows, Classes>([](const auto& net, auto x, auto y) { return cross_entropy(net(x), y); },
                                             SGD{.lr = 0.1}));

/// A compiled `small` and a state, that no bad call changes.
class Fixture {
 public:
  ~Fixture() { CHECK(same_bits(state_, init(small, seed(1)))); }
  std::string refusal(std::initializer_list<NdArray> inputs, const CallOptions& options = {}) {
    std::vector<const NdArray*> pointers;
    for (const NdArray& input : inputs) pointers.push_back(&input);
    return error_of([&] { compiled_.call_function("train_step", state_, pointers, options); });
  }
  auto& compiled() { return compiled_; }
  State& state() { return state_; }

 private:
  Compiled<std::remove_const_t<decltype(small)>> compiled_ = compile(small, batch = 8, test_options());
  State state_ = init(small, seed(1));
};

NdArray rows(int64_t count, int64_t columns = 4) { return NdArray::zeros(DType::f32, {count, columns}); }
NdArray labels(std::initializer_list<int64_t> values) {
  return NdArray::from(values, {static_cast<int64_t>(values.size())});
}

std::string compile_refusal(const CompileOptions& options) {
  return error_of([&] { compile(small, batch = 8, options); });
}

}  // namespace

TEST_CASE("inputs that do not fit are refused") {
  Fixture good;
  CHECK(good.refusal({rows(2)}) == "train_step: 1 inputs given, 2 expected");
  CHECK(good.refusal({rows(2).to(DType::f64), labels({0, 1})}) ==
        "train_step: input 0 has another dtype: f64 [2, 4] given, f32 [batch <= 8, 4] expected");
  CHECK(good.refusal({rows(2).reshape({8}), labels({0, 1})}) ==
        "train_step: input 0 has another rank: f32 [8] given, f32 [batch <= 8, 4] expected");
  CHECK(good.refusal({rows(2, 5), labels({0, 1})}) ==
        "train_step: input 0 has other extents: f32 [2, 5] given, f32 [batch <= 8, 4] expected");
  CHECK(good.refusal({rows(9), labels({0, 1, 2, 0, 1, 2, 0, 1, 2})}) ==
        "train_step: input 0 has more or fewer rows than were compiled for: f32 [9, 4] given, f32 [batch <= 8, 4] "
        "expected");
  CHECK(good.refusal({rows(0), labels({})}) ==
        "train_step: input 0 has more or fewer rows than were compiled for: f32 [0, 4] given, f32 [batch <= 8, 4] "
        "expected");
  CHECK(good.refusal({rows(2), labels({0, 1, 2})}) ==
        "train_step: input 1 disagrees with an earlier input, where batch is 2: i64 [3] given, i64 [batch <= 8] "
        "expected");
}

TEST_CASE("labels outside their classes are refused") {
  Fixture good;
  CHECK(good.refusal({rows(2), labels({0, 3})}) ==
        "train_step: input 1 has a number outside its classes: element 1 holds 3, they are 0 to 2");
  CHECK(good.refusal({rows(2), labels({-1, 0})}) ==
        "train_step: input 1 has a number outside its classes: element 0 holds -1, they are 0 to 2");
}

TEST_CASE("arguments, functions and states that are not the program's are refused") {
  Fixture good;
  CHECK(good.refusal({rows(2), labels({0, 1})}, {.arguments = {{"momentum", 0.9}}}) ==
        "train_step: no argument is called 'momentum'");
  const std::string no_function = error_of([&] { good.compiled().call_function("test", good.state(), {}); });
  CHECK_THAT(no_function, ContainsSubstring("test") && ContainsSubstring("predict") && ContainsSubstring("train_step"));
  State other = init(models::convnet, seed(1));
  const std::string foreign = error_of([&] { good.compiled().call<"predict">(other, rows(2)); });
  CHECK_THAT(foreign, ContainsSubstring("predict: the state is of another program"));
}

TEST_CASE("what cannot be compiled is refused") {
  CHECK_THAT(error_of([] { compile(small, test_options()); }), ContainsSubstring("batch"));
  CHECK_THAT(error_of([] { compile(small, batch = 0, test_options()); }),
             ContainsSubstring("batch") && ContainsSubstring("0"));
  CHECK_THAT(error_of([] { compile(small, batch = -3, test_options()); }), ContainsSubstring("-3"));
  ProgramGraph twice = small.graph();
  twice.functions.push_back(twice.functions[0]);
  CHECK(error_of([&] { compile(twice, {batch = 8}, test_options()); }) ==
        "program: two functions are called 'predict'");
  CHECK_THAT(compile_refusal({.dump = "melt", .cache = "off"}), ContainsSubstring("melt") && ContainsSubstring("fuse"));
  CHECK_THAT(compile_refusal({.disabled_phases = {"melt"}, .cache = "off"}), ContainsSubstring("melt"));
  CHECK_THAT(compile_refusal({.disabled_phases = {"import"}, .cache = "off"}), ContainsSubstring("import"));
  CHECK_THAT(compile_refusal({.target = "pdp-11", .cache = "off"}),
             ContainsSubstring("pdp-11") && ContainsSubstring("x86-64-v3"));
  CHECK_THAT(compile_refusal({.functions = {"fly"}, .cache = "off"}), ContainsSubstring("fly"));
  CHECK_THAT(compile_refusal({.threads = -1, .cache = "off"}), ContainsSubstring("-1"));
}

}  // namespace stator::tests
