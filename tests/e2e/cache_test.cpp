// The kernel cache: the second start takes its code from disk, and gives the same bits.
#include <filesystem>

#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/run.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

CompileOptions cached_in(const TemporaryFolder& folder) {
  CompileOptions options = test_options();
  options.cache = folder.path();
  return options;
}

struct Outcome {
  bool from_cache = false;
  NdArray scores;
};

Outcome predict(const CompileOptions& options, const Batch& given) {
  State state = init(models::convnet, seed(2));
  auto compiled = compile<"predict">(models::convnet, batch = 4, options);
  return {compiled.session().executable().from_cache, compiled.call<"predict">(state, given.images).clone()};
}

}  // namespace

TEST_CASE("the second compilation of a program comes from the cache, with the same bits") {
  const TemporaryFolder folder;
  const Batch given = digit_batches(1, 4)[0];
  const Outcome first = predict(cached_in(folder), given), second = predict(cached_in(folder), given);
  CHECK_FALSE(first.from_cache);
  CHECK(second.from_cache);
  CHECK(same_bits(first.scores, second.scores));
}

TEST_CASE("a damaged entry of the cache is made anew") {
  const TemporaryFolder folder;
  const Batch given = digit_batches(1, 4)[0];
  const Outcome first = predict(cached_in(folder), given);
  REQUIRE(folder.file_count() == 1);
  const std::filesystem::path file = std::filesystem::directory_iterator(folder.path())->path();
  const std::string whole = read_file(file.string());
  std::string flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 16);
  for (const std::string& damaged :
       {whole.substr(0, whole.size() / 2), flipped, std::string("nothing"), std::string()}) {
    write_file_atomically(file.string(), damaged);
    const Outcome again = predict(cached_in(folder), given);
    CHECK_FALSE(again.from_cache);
    CHECK(same_bits(first.scores, again.scores));
    CHECK(predict(cached_in(folder), given).from_cache);
  }
}

TEST_CASE("other bindings, targets and phases are other entries") {
  const TemporaryFolder folder;
  const Batch given = digit_batches(1, 4)[0];
  predict(cached_in(folder), given);
  CompileOptions portable = cached_in(folder), plain = cached_in(folder);
  portable.target = "x86-64";
  plain.disabled_phases = {"simplify"};
  CHECK_FALSE(predict(portable, given).from_cache);
  CHECK_FALSE(predict(plain, given).from_cache);
  CHECK_FALSE(compile<"predict">(models::convnet, batch = 5, cached_in(folder)).session().executable().from_cache);
}

}  // namespace stator::tests
