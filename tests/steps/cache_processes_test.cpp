// Several processes on one cache: all answers are right, and what is left is whole.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "tests/catch.h"
#include "tests/ops/run.h"
#include "tests/runtime/support.h"
#include "tests/steps/small_models.h"

namespace stator::tests {

namespace {

constexpr int processes = 6, programs = 4;

/// The prediction of one program, of which each number of rows is another.
NdArray predicted(int64_t rows, const CompileOptions& options) {
  auto compiled = compile<"predict">(small_mlp, batch = rows, options);
  State state = init(small_mlp, seed(3));
  return compiled.call<"predict">(state, some_values({rows, 24})).clone();
}

/// Starts processes that compile the same programs at once, each in an order of its own. The number of those that ended
/// well with the answers that are expected.
int ended_well(const CompileOptions& options, const std::vector<NdArray>& expected) {
  std::vector<pid_t> children;
  for (int process = 0; process < processes; ++process) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child > 0) {
      children.push_back(child);
      continue;
    }
    bool right = true;
    for (int i = 0; i < programs; ++i) {
      const auto number = static_cast<size_t>((i + process) % programs);
      right = right && same_bits(predicted(static_cast<int64_t>(number) + 1, options), expected[number]);
    }
    ::_exit(right ? 0 : 1);
  }
  return static_cast<int>(std::count_if(children.begin(), children.end(), [](pid_t child) {
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }));
}

std::vector<NdArray> expected_values() {
  std::vector<NdArray> values;
  for (int64_t rows = 1; rows <= programs; ++rows) values.push_back(predicted(rows, test_options()));
  return values;
}

}  // namespace

TEST_CASE("processes that compile the same programs at once get the same answers, and leave one whole file for each") {
  const TemporaryFolder folder;
  CompileOptions options = test_options();
  options.cache = folder.path();
  const std::vector<NdArray> expected = expected_values();
  CHECK(ended_well(options, expected) == processes);
  CHECK(folder.file_count() == programs);
  for (int64_t rows = 1; rows <= programs; ++rows)
    CHECK(compile<"predict">(small_mlp, batch = rows, options).session().executable().from_cache);
}

TEST_CASE("they do so too where the cache has room for one program, and each removes what others need") {
  const TemporaryFolder folder;
  CompileOptions options = test_options();
  options.cache = folder.path();
  const std::vector<NdArray> expected = expected_values();
  predicted(1, options);
  REQUIRE(folder.file_count() == 1);
  const std::filesystem::path first = std::filesystem::directory_iterator(folder.path())->path();
  options.cache_bytes = static_cast<int64_t>(std::filesystem::file_size(first)) * 3 / 2;
  CHECK(ended_well(options, expected) == processes);
  int64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) bytes += entry.file_size();
  CHECK(bytes <= 2 * options.cache_bytes);  // the last of two processes may have looked before the other wrote
}

}  // namespace stator::tests
