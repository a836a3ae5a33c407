#include "bench/workloads/inputs.h"

#include "examples/models/characters.h"
#include "runtime/philox.h"

namespace bench {

using stator::NdArray;

NdArray normal_draws(stator::NdArray::Extents extents, uint64_t seed) {
  NdArray array = NdArray::zeros(stator::DType::f32, std::move(extents));
  const stator::RandomStream draws{seed, 0, 0};
  auto values = array.values<float>();
  for (size_t i = 0; i < values.size(); ++i) values[i] = stator::normal(draws, i);
  return array;
}

NdArray label_draws(stator::NdArray::Extents extents, int64_t classes) {
  NdArray array = NdArray::zeros(stator::DType::i64, std::move(extents));
  const stator::RandomStream draws{0, 0, 0};
  auto values = array.values<int64_t>();
  for (size_t i = 0; i < values.size(); ++i) values[i] = draws.word(i) % classes;
  return array;
}

std::vector<NdArray> Images::operator()(int64_t rows) const {
  std::vector<NdArray> inputs{normal_draws({rows, channels, side, side})};
  if (classes) inputs.push_back(label_draws({rows}, classes));
  return inputs;
}

std::vector<NdArray> Text::operator()(int64_t rows) const {
  const auto [vocabulary, length] = models::characters;
  const NdArray drawn = label_draws({rows * length + 1}, vocabulary);
  std::vector<NdArray> inputs{drawn.slice(0, 0, rows * length).clone().reshape({rows, length})};
  if (with_next) inputs.push_back(drawn.slice(0, 1, rows * length + 1).clone().reshape({rows, length}));
  return inputs;
}

}  // namespace bench
