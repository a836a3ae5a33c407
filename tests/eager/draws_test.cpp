// Random draws of eager contexts: the bits that their definition gives, whatever the shape, and nothing is compiled.
#include <stator/eager.h>
#include <stator/stator.h>

#include "runtime/philox.h"
#include "tests/catch.h"

namespace stator::tests {

namespace {

/// Draws of the context's seed, in its step.
NdArray draws(Eager& eager, long site, long occurrence, const TensorSpec& spec) {
  const Context::Draw draw = eager.draw(site);
  const int ids[]{draw.seed, draw.step};
  const Attribute attributes[]{Attribute::of("site", site), Attribute::of("occurrence", occurrence)};
  return eager.array(Held{&eager, eager.apply({"random_uniform", ids, 2, attributes, 2, spec})});
}

}  // namespace

TEST_CASE("eager draws are those of the stream, at any size and on any number of threads") {
  const int threads = GENERATE(1, 2);
  Eager eager({.seed = 11, .threads = threads, .cache = "off"});
  eager.set_step(5);
  const RandomStream stream{11, 5, site_word(77, 2)};
  for (long count : {1L, 4L, 7L, 8192L, 50'003L}) {
    TensorSpec spec;
    spec.extents.push(Extent(count));
    const NdArray drawn = draws(eager, 77, 2, spec);
    int64_t same = 0;
    for (int64_t i = 0; i < count; ++i) same += drawn.at<float>({i}) == uniform(stream, static_cast<uint64_t>(i));
    CHECK(same == count);
  }
  CHECK(eager.figures().compiled == 0);
}

TEST_CASE("dropout draws anew in each step and at each call") {
  Eager eager({.threads = 1, .cache = "off"});
  Module<Dropout<0.5>> drop(eager);
  const auto x = eager.tensor<Tensor<f32, 300>>(NdArray::from(std::vector<float>(300, 1), {300}), true);
  const NdArray first = eager.array(drop(x)), second = eager.array(drop(x));
  eager.set_step(1);
  const NdArray later = eager.array(drop(x));
  int64_t kept = 0, as_second = 0, as_later = 0;
  for (int64_t i = 0; i < 300; ++i) {
    const float value = first.at<float>({i});
    kept += value == 2;
    as_second += value == second.at<float>({i});
    as_later += value == later.at<float>({i});
  }
  CHECK((kept > 100 && kept < 200));
  CHECK((as_second < 200 && as_later < 200));
}

}  // namespace stator::tests
