// Embeddings in whole programs: tied to the output layer, of indices out of range, in short batches, on any threads.
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

constexpr long words = 11, width = 24, length = 6;
using Text = Tensor<i64, batch, length>;

struct Tied {
  Embedding<words, width> wte;
  constexpr auto operator()(auto text) const { return matmul(wte(text), transpose(wte.weight)) * 0.1; }
};
struct Untied {
  Embedding<words, width> wte, head;
  constexpr auto operator()(auto text) const { return matmul(wte(text), transpose(head.weight)) * 0.1; }
};

template <class Net> constexpr auto language = program<Net>(
    train_step<Text, Text>([](const auto& net, auto text,
                              auto next) { return cross_entropy(reshape<-1, words>(net(text)), reshape<-1>(next)); },
                           SGD{.lr = 0.5}));

static_assert(parameter_count<Tied> == words * width && parameter_count<Untied> == 2 * words * width);

NdArray text(int64_t rows, int64_t first) {
  NdArray made = NdArray::zeros(DType::i64, {rows, length});
  for (int64_t i = 0; i < rows * length; ++i) made.data<int64_t>()[i] = (first + i * i) % words;
  return made;
}

/// The weights after one step on `rows` texts, all of them starting as `start`.
template <class Net>
std::vector<NdArray> stepped(const NdArray& start, std::vector<std::string> names, int64_t bound, int64_t rows) {
  State state = init(language<Net>, seed(0));
  for (const std::string& name : names) state.set(name, start);
  auto compiled = compile(language<Net>, batch = bound, test_options());
  compiled.step(state, text(rows, 0), text(rows, 1));
  std::vector<NdArray> after;
  for (const std::string& name : names) after.push_back(state.get(name));
  return after;
}

NdArray start() { return init(language<Tied>, seed(3)).get("wte.weight"); }

}  // namespace

TEST_CASE("an embedding tied to the output layer has one gradient, the sum of both") {
  const TensorValue before = tensor_of(start()), tied = tensor_of(stepped<Tied>(start(), {"wte.weight"}, 8, 8)[0]);
  const std::vector<NdArray> both = stepped<Untied>(start(), {"wte.weight", "head.weight"}, 8, 8);
  TensorValue sum = tensor_of(both[0]);
  const TensorValue head = tensor_of(both[1]);
  for (size_t i = 0; i < sum.elements.size(); ++i) sum.elements[i] += head.elements[i] - before.elements[i];
  CHECK(error_of(tied, sum) < 1e-6);
  CHECK(error_of(tied, before) > 1e-4);
}

TEST_CASE("a short batch of texts gives the gradient of its exact size") {
  CHECK(error_of(stepped<Tied>(start(), {"wte.weight"}, 8, 5)[0], stepped<Tied>(start(), {"wte.weight"}, 5, 5)[0]) <
        1e-6);
}

TEST_CASE("an index outside its table is refused before anything runs") {
  State state = init(language<Tied>, seed(0));
  auto compiled = compile(language<Tied>, batch = 2, test_options());
  NdArray wrong = text(2, 0);
  wrong.data<int64_t>()[7] = words;
  CHECK(error_of([&] { compiled.step(state, wrong, text(2, 1)); }) ==
        "train_step: input 0 has a number outside its classes: element 7 holds 11, they are 0 to 10");
  CHECK(same_bits(state, init(language<Tied>, seed(0))));
}

TEST_CASE("any number of threads trains an embedding to the same bits") {
  auto trained = [](int threads) {
    CompileOptions options = test_options();
    options.threads = threads;
    State state = init(language<Tied>, seed(0));
    auto compiled = compile(language<Tied>, batch = 512, options);
    for (int i = 0; i < 3; ++i) compiled.step(state, text(512, i), text(512, i + 1));
    return state;
  };
  const State alone = trained(1);
  CHECK(same_bits(alone, trained(2)));
  CHECK(same_bits(alone, trained(3)));
}

struct Padded {
  Embedding<words, width, -1> wte;
  constexpr auto operator()(auto text) const { return sum(square(wte(text) + 1.0)); }
};

TEST_CASE("the row of padding_idx starts as zeros and stays so") {
  constexpr auto padded =
      program<Padded>(train_step<Text>([](const auto& net, auto text) { return net(text); }, SGD{.lr = 0.1}));
  State state = init(padded, seed(0));
  auto compiled = compile(padded, batch = 8, test_options());
  const NdArray before = state.get("wte.weight");
  compiled.step(state, text(8, 0));
  const NdArray after = state.get("wte.weight");
  for (int64_t i = 0; i < width; ++i) CHECK(after.at<float>({words - 1, i}) == 0.0f);
  CHECK(after.at<float>({0, 0}) != before.at<float>({0, 0}));
}

}  // namespace stator::tests
