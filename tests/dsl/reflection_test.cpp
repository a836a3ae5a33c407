// Members of plain structs: their number, names and order, and the parameters that lie below them.
#include "tests/catch.h"
#include "tests/dsl/models.h"

using namespace models;

namespace {

static_assert(st::member_count<ConvNet> == 6 && st::member_names<ConvNet>[0].name == "conv1");
static_assert(st::member_names<ConvNet>[5].name == "fc2" && st::member_names<ConvNet>[2].name == "drop1");
static_assert(st::member_count<SmallTower> == 6 && st::member_names<SmallTower>[4].name == "h");
static_assert(st::member_count<st::Linear<3, 4>> == 2 && st::member_names<st::Linear<3, 4>>[1].name == "bias");

struct Single {
  st::Linear<3, 4> m_1;
};
static_assert(st::member_count<Single> == 1 && st::member_names<Single>[0].name == "m_1");
struct Full {
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6, c7,
      c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4, f5,
      f6, f7, f8, f9, g0, g1, g2;
  st::Linear<2, 3> last;
};
static_assert(st::member_count<Full> == st::most_members && st::member_names<Full>[63].name == "last");
static_assert(st::parameter_count<Full> == 9);
static_assert(!st::has_c_array<Full> && !st::has_c_array<SmallTower> && !st::has_c_array<ConvNet>);
struct Pictures {
  int sizes[3];
  st::Linear<2, 3> fc;
};
static_assert(st::has_c_array<Pictures>);

static_assert(st::parameter_count<ConvNet> == 300'426);
static_assert(st::parameter_count<SmallTower> == 3 * (8 * 24 + 24 + 8 * 8 + 8) + 16);
static_assert(st::parameter_count<std::array<Single, 3>> == 3 * 16, "an array of models is a model");
static_assert(st::parameter_count<st::Linear<3, 4, false>> == 12);
static_assert(st::parameter_count<Nothing> == 0);

static_assert(std::is_same_v<st::output_t<ConvNet, Image>, st::Tensor<st::f32, st::batch, 10>>);
static_assert(std::is_same_v<st::output_t<ConvNet, st::Tensor<st::f32, 1, 1, 28, 28>>, st::Tensor<st::f32, 1, 10>>);
static_assert(std::is_same_v<st::output_t<SmallTower, Rows>, st::Tensor<st::f32, st::batch, 2>>);

struct Classifier {
  st::Sequential<st::Conv2d<1, 4, 3>, st::ReLU, st::Sequential<st::BatchNorm2d<4>, st::GELU<"tanh">>> features;
  st::Sequential<st::Flatten<>, st::LayerNorm<2704>, st::Linear<2704, 10>> head;
  constexpr auto operator()(auto image) const { return head(features(image)); }
};
static_assert(st::parameter_count<Classifier> == 40 + 8 + 2 * 2704 + 27050, "buffers are not learned");
static_assert(std::is_same_v<st::output_t<Classifier, Image>, st::Tensor<st::f32, st::batch, 10>>);

template <class M> std::vector<std::string> names_below() {
  std::vector<std::string> names;
  M model{};
  st::detail::for_each_leaf(model, st::Name(), [&](auto&, const st::Name& path) { names.push_back(path.str()); });
  return names;
}

}  // namespace

TEST_CASE("the ConvNet's parameters have PyTorch's state-dict names, in the order of declaration") {
  constexpr auto program =
      st::program<ConvNet>(st::function<"predict", Image>([](const auto& net, auto x) { return net(x); }));
  std::vector<std::string> names;
  for (const st::Slot& slot : program.graph().slots) names.push_back(slot.name.str());
  REQUIRE(names == std::vector<std::string>{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc1.weight",
                                            "fc1.bias", "fc2.weight", "fc2.bias"});
}

TEST_CASE("blocks in arrays are numbered, and members that only configure are passed over") {
  std::vector<std::string> names = names_below<SmallTower>();
  REQUIRE(names.size() == 3 * 5 + 1);
  CHECK(names[0] == "h.0.attn.c_attn.weight");
  CHECK(names[3] == "h.0.attn.c_proj.bias");
  CHECK(names[4] == "h.0.drop.site");
  CHECK(names[2 * 5 + 2] == "h.2.attn.c_proj.weight");
  CHECK(names.back() == "head.weight");
}

TEST_CASE("a layer by itself is a model") {
  REQUIRE(names_below<st::Linear<3, 4>>() == std::vector<std::string>{"weight", "bias"});
  REQUIRE(names_below<std::array<Single, 2>>() ==
          std::vector<std::string>{"0.m_1.weight", "0.m_1.bias", "1.m_1.weight", "1.m_1.bias"});
}

TEST_CASE("layers of a Sequential are named by their numbers, and buffers have names as parameters do") {
  REQUIRE(names_below<Classifier>() == std::vector<std::string>{"features.0.weight", "features.0.bias",
                                                                "features.2.0.weight", "features.2.0.bias",
                                                                "features.2.0.running_mean", "features.2.0.running_var",
                                                                "features.2.0.num_batches_tracked", "head.1.weight",
                                                                "head.1.bias", "head.2.weight", "head.2.bias"});
}

TEST_CASE("members are visited in place") {
  Tower<8, 2> tower;
  tower.heads = 7;
  int first = 0;
  st::for_each_member(tower, [&](auto& member, int index) {
    if constexpr (std::is_same_v<std::remove_reference_t<decltype(member)>, int>) {
      if (index == 0) first = member++;
    }
  });
  CHECK(first == 7);
  CHECK(tower.heads == 8);
}
