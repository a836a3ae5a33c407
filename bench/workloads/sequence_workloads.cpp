// Models of characters, and an LSTM over drawn sequences: alone, and with a classifier of its last state.
#include "bench/workloads/inputs.h"
#include "bench/workloads/program_workload.h"
#include "examples/models/char_lstm.h"
#include "examples/models/gpt.h"

namespace bench {

namespace {

constexpr long steps = 32, width = 64, hidden = 128, classes = 10;

/// An LSTM alone, whose outputs should be as given.
struct Recurrent {
  st::LSTM<width, hidden> lstm;
  constexpr auto operator()(auto x) const { return lstm(x).output; }  // [steps, N, hidden]
};
constexpr auto recurrent = st::program<Recurrent>(
    st::train_step<st::Tensor<st::f32, steps, st::batch, width>, st::Tensor<st::f32, steps, st::batch, hidden>>(
        [](const auto& net, auto x, auto target) { return mse_loss(net(x), target); }, st::Adam{}));

struct LstmClassifier {
  st::LSTM<width, hidden, st::Recurrent{.batch_first = true}> lstm;
  st::Linear<hidden, classes> head;
  constexpr auto operator()(auto x) const {                                  // [N, steps, width]
    return head(st::reshape<-1, hidden>(st::hana::at_c<0>(lstm(x).state)));  // [N, classes]
  }
};
constexpr auto lstm_classifier = st::program<LstmClassifier>(
    st::train_step<st::Tensor<st::f32, st::batch, steps, width>, st::Labels<classes, st::batch>>(
        [](const auto& net, auto x, auto label) { return cross_entropy(net(x), label); }, st::Adam{.lr = 0.01}));

std::vector<st::NdArray> sequences_and_targets(int64_t rows) {
  return {normal_draws({steps, rows, width}), normal_draws({steps, rows, hidden}, 1)};
}
std::vector<st::NdArray> labelled_sequences(int64_t rows) {
  return {normal_draws({rows, steps, width}), label_draws({rows}, classes)};
}

}  // namespace

std::vector<Workload> sequence_workloads() {
  return {train_step_workload("char_gpt", models::char_gpt, 12, Text{}),
          train_step_workload("char_gpt", models::char_gpt, 32, Text{}),
          train_step_workload("char_lstm", models::char_lstm, 32, Text{}),
          train_step_workload("lstm", recurrent, 32, sequences_and_targets),
          train_step_workload("lstm_classifier", lstm_classifier, 32, labelled_sequences),
          predict_workload("char_gpt", models::char_gpt, 32, Text{.with_next = false})};
}

}  // namespace bench
