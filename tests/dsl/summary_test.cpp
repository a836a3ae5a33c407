// Summaries: as constants, and as a table.
#include "dsl/summary.h"

#include "tests/catch.h"
#include "tests/dsl/models.h"

using namespace models;

namespace {

static_assert(st::summary(convnet)["predict"]["conv1"].parameters == 160);
static_assert(st::summary(convnet)["predict"]["conv1"].flops == 2 * 16 * 26 * 26 * 9);
static_assert(st::summary(convnet)["predict"]["fc1"].output.extents == st::Extents(0, st::symbol::batch, 64L));
static_assert(st::summary(convnet)["train_step"][""].flops == st::flops<ConvNet, Image>);
static_assert(st::summary(convnet)["train_step"][""].parameters == st::parameter_count<ConvNet>);

struct Block {
  st::Conv2d<4, 4, 3, st::conv{.padding = 1, .bias = false}> conv;
  st::BatchNorm2d<4> norm;
  constexpr auto operator()(auto x) const { return relu(norm(conv(x)) + x); }
};
struct Residual {
  st::Sequential<st::Conv2d<1, 4, 3, st::conv{.padding = 1}>, st::ReLU> stem;
  std::array<Block, 2> blocks;
  st::Linear<4, 10, false> head;
  st::Linear<3, 3> spare;
  constexpr auto operator()(auto x) const {  // [N, 1, 8, 8]
    auto y = stem(x);
    for (const auto& block : blocks) y = block(y);
    return head(st::mean<2, 3>(y));
  }
};
using Picture = st::Tensor<st::f32, st::batch, 1, 8, 8>;
constexpr auto residual = st::program<Residual>(
    st::function<"predict", Picture>([](const auto& net, auto x) { return net(x); }),
    st::training_function<"spread", Picture>([](const auto& net, auto x) { return mean(square(net(x))); }));

/// A product without parameters lies in the layer around those that feed and take it.
struct Mixer {
  st::Linear<8, 8> query, key, out;
  constexpr auto operator()(auto x) const { return out(matmul(query(x), transpose(key(x)))); }
};
struct Two {
  Mixer first;
  st::Linear<8, 2> last;
  constexpr auto operator()(auto x) const { return last(first(x)); }
};
constexpr auto two = st::program<Two>(
    st::function<"predict", st::Tensor<st::f32, 8, 8>>([](const auto& net, auto x) { return net(x); }));
static_assert(st::summary(two)["predict"]["first"].flops == 4 * 2 * 8 * 8 * 8);
static_assert(st::summary(two)["predict"]["first.key"].flops == 2 * 8 * 8 * 8);

}  // namespace

TEST_CASE("a summary is a table of layers, with the layers in them set in") {
  const std::string table = to_text(st::summary(residual));
  CHECK(table.substr(0, table.find("\nspread")) == R"(predict
Layer (type)              Output shape      Parameters   FLOPs
Residual                  [batch, 10]              396  41,552
  stem (Sequential)       [batch, 4, 8, 8]          40   4,608
    0 (Conv2d)            [batch, 4, 8, 8]          40   4,608
  blocks (array)          [batch, 4, 8, 8]         304  36,864
    0 (Block)             [batch, 4, 8, 8]         152  18,432
      conv (Conv2d)       [batch, 4, 8, 8]         144  18,432
      norm (BatchNorm2d)  [batch, 4, 8, 8]           8       0
    1 (Block)             [batch, 4, 8, 8]         152  18,432
      conv (Conv2d)       [batch, 4, 8, 8]         144  18,432
      norm (BatchNorm2d)  [batch, 4, 8, 8]           8       0
  head (Linear)           [batch, 10]               40      80
  spare (Linear)          not used                  12       -
)");
}

TEST_CASE("a layer or function that is not there is said to be missing") {
  CHECK_THROWS_WITH(st::summary(two)["train"], "summary: the program has no function of that name");
  CHECK_THROWS_WITH(st::summary(two)["predict"]["second"], "summary: the model has no layer of that path");
}
