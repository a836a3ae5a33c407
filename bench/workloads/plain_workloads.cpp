// A line through 100 points, and functions without a model: an elementwise chain, matrix products, convolutions.
#include "bench/workloads/inputs.h"
#include "bench/workloads/program_workload.h"

namespace bench {

namespace {

using Points = st::Tensor<st::f32, st::batch, 1>;

constexpr auto linear_regression = st::program<st::Linear<1, 1>>(st::train_step<Points, Points>(
    [](const auto& line, auto x, auto y) { return mse_loss(line(x), y); }, st::SGD{.lr = 0.01}));

struct NoModel {};

using Wide = st::Tensor<st::f32, st::batch, 1024>;

constexpr auto gelu_gate = st::program<NoModel>(st::function<"call", Wide, Wide, Wide, Wide>(
    [](const auto&, auto a, auto b, auto c, auto d) { return st::mean<-1>(gelu(a * b + c) * sigmoid(d)); }));

std::vector<st::NdArray> four_matrices(int64_t rows) {
  const st::NdArray drawn = normal_draws({rows, 1024});
  return {drawn.clone(), drawn.clone(), drawn.clone(), drawn};
}

/// A [M, K] times B [K, N], neither known before the call.
template <long M, long K, long N> Workload matmul_workload() {
  static constexpr auto program =
      st::program<NoModel>(st::function<"call", st::Tensor<st::f32, M, K>, st::Tensor<st::f32, K, N>>(
          [](const auto&, auto a, auto b) { return matmul(a, b); }));
  return program_workload<"call">("matmul/" + std::to_string(M) + "x" + std::to_string(K) + "x" + std::to_string(N),
                                  program, 1,
                                  [](int64_t) { return std::vector{normal_draws({M, K}), normal_draws({K, N})}; });
}

/// Images of `Side` x `Side`, a 3 x 3 kernel and a bias, with a gradient for all three.
template <long Rows, long In, long Out, long Side, long Padding> struct ConvolutionOf {
  static constexpr long out_side = Side + 2 * Padding - 2;
  using Image = st::Tensor<st::f32, Rows, In, Side, Side>;
  using Kernel = st::Tensor<st::f32, Out, In, 3, 3>;
  using Bias = st::Tensor<st::f32, Out>;
  using Result = st::Tensor<st::f32, Rows, Out, out_side, out_side>;
  static constexpr auto convolve = [](auto x, auto kernel, auto bias) {
    return conv2d<st::conv{.padding = Padding}.rule(3)>(x, kernel) + st::reshape<Out, 1, 1>(bias);
  };
  static constexpr auto program = st::program<NoModel>(
      st::function<"forward", Image, Kernel, Bias>(
          [](const auto&, auto x, auto kernel, auto bias) { return convolve(x, kernel, bias); }),
      st::function<"backward", Image, Kernel, Bias, Result>([](const auto&, auto x, auto kernel, auto bias, auto dy) {
        auto loss = sum(convolve(x, kernel, bias) * dy);
        return st::hana::make_tuple(gradient(loss, x), gradient(loss, kernel), gradient(loss, bias));
      }));

  static std::vector<st::NdArray> operands(int64_t) {
    return {normal_draws({Rows, In, Side, Side}), normal_draws({Out, In, 3, 3}), normal_draws({Out})};
  }
  static std::vector<st::NdArray> operands_and_cotangent(int64_t rows) {
    std::vector<st::NdArray> all = operands(rows);
    all.push_back(normal_draws({Rows, Out, out_side, out_side}));
    return all;
  }
  static void append_to(std::vector<Workload>& all) {
    const std::string name = "conv2d/" + std::to_string(Rows) + "x" + std::to_string(In) + "x" + std::to_string(Side) +
                             "x" + std::to_string(Side) + "to" + std::to_string(Out);
    all.push_back(program_workload<"forward">(name + "/forward", program, 1, operands));
    all.push_back(program_workload<"backward">(name + "/backward", program, 1, operands_and_cotangent));
  }
};

}  // namespace

std::vector<Workload> plain_workloads() {
  std::vector<Workload> all{
      train_step_workload(
          "linear_regression", linear_regression, 100,
          [](int64_t rows) { return std::vector{normal_draws({rows, 1}), normal_draws({rows, 1}, 1)}; }),
      program_workload<"call">("gelu_gate/16384x1024", gelu_gate, 16384, four_matrices),
      matmul_workload<128, 784, 128>(),
      matmul_workload<512, 512, 512>(),
      matmul_workload<1024, 1024, 1024>(),
      matmul_workload<2048, 2048, 2048>()};
  ConvolutionOf<32, 16, 32, 26, 0>::append_to(all);
  ConvolutionOf<32, 64, 64, 56, 1>::append_to(all);
  ConvolutionOf<8, 256, 256, 14, 1>::append_to(all);
  return all;
}

}  // namespace bench
