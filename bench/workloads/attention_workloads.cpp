// Causal attention by itself, forward and with its gradients, at lengths from 64 to 4096.
#include "bench/workloads/inputs.h"
#include "bench/workloads/program_workload.h"

namespace bench {

namespace {

struct NoModel {};

/// Queries, keys and values of `Rows` sequences of `Length`, with 8 heads of 64.
template <long Rows, long Length> struct AttentionOf {
  static constexpr long heads = 8, width = 64;
  using Heads = st::Tensor<st::f32, Rows, heads, Length, width>;
  static constexpr auto attend = [](auto q, auto k, auto v) {
    return scaled_dot_product_attention<st::attention{.is_causal = true}>(q, k, v);
  };
  static constexpr auto program = st::program<NoModel>(
      st::function<"forward", Heads, Heads, Heads>([](const auto&, auto q, auto k, auto v) { return attend(q, k, v); }),
      st::function<"step", Heads, Heads, Heads, Heads>([](const auto&, auto q, auto k, auto v, auto target) {
        auto loss = mse_loss(attend(q, k, v), target);
        return st::hana::make_tuple(loss, gradient(loss, q), gradient(loss, k), gradient(loss, v));
      }));

  static std::vector<st::NdArray> draws(uint64_t count) {
    std::vector<st::NdArray> all;
    for (uint64_t i = 0; i < count; ++i) all.push_back(normal_draws({Rows, heads, Length, width}, i));
    return all;
  }
  static void add_to(std::vector<Workload>& all) {
    const std::string name = "attention/" + std::to_string(Rows) + "x8x" + std::to_string(Length) + "x64/";
    all.push_back(program_workload<"forward">(name + "forward", program, 1, [](int64_t) { return draws(3); }));
    all.push_back(program_workload<"step">(name + "step", program, 1, [](int64_t) { return draws(4); }));
  }
};

}  // namespace

std::vector<Workload> attention_workloads() {
  std::vector<Workload> all;
  AttentionOf<16, 64>::add_to(all);
  AttentionOf<4, 256>::add_to(all);
  AttentionOf<1, 1024>::add_to(all);
  AttentionOf<1, 4096>::add_to(all);
  return all;
}

}  // namespace bench
