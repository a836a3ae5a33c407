// Prints the IR of one training step of a tiny classifier after the phase that is named: `small_model PHASE`.
#include <stator/stator.h>

#include <cstdio>
#include <exception>

namespace st = stator;

namespace {

using Points = st::Tensor<st::f32, st::batch, 4>;
using Classes = st::Labels<3, st::batch>;

constexpr auto classifier = st::program<st::Linear<4, 3>>(st::train_step<Points, Classes>(
    [](const auto& layer, auto x, auto y) { return cross_entropy(layer(x), y); }, st::SGD{.lr = 0.1}));

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: small_model PHASE\n"), 2;
  try {
    st::compile(classifier, st::batch = 8,
                st::CompileOptions{.target = "x86-64", .threads = 1, .dump = argv[1], .cache = "off"});
  } catch (const std::exception& error) { return std::fprintf(stderr, "error: %s\n", error.what()), 1; }
  return 0;
}
