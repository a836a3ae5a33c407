// Every op has a row: those of elementwise.def, and those that the dialect registers.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/catch.h"
#include "tests/ops/registered_ops.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

std::vector<std::string> covered_ops() {
  std::vector<std::string> covered;
  for (const auto* rows : {&elementwise_rows(), &movement_rows(), &reduction_rows(), &contraction_rows(),
                           &window_rows(), &source_rows(), &loss_rows()})
    for (const Row& row : *rows) {
      covered.push_back(row.op());
      covered.insert(covered.end(), row.covered().begin(), row.covered().end());
    }
  return covered;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("every op of elementwise.def has a row") {
  const std::vector<std::string> covered = covered_ops();
  const std::string_view names[]{
#define STATOR_UNARY(NAME, ...) #NAME,
#define STATOR_BINARY(NAME, ...) #NAME,
#define STATOR_COMPARISON(NAME, ...) #NAME,
#define STATOR_LOGICAL(NAME, ...) #NAME,
#include "compiler/interface/ops/elementwise.def"
  };
  for (const std::string_view name : names) {
    INFO("elementwise.def has '" << name << "': give it a row in tests/ops/elementwise_test.cpp");
    CHECK(contains(covered, name));
  }
}

TEST_CASE("every op of the dialect has a row") {
  const std::vector<std::string> covered = covered_ops();
  const std::vector<std::string> registered = registered_ops();
  REQUIRE(registered.size() > 20);
  for (const std::string& name : registered) {
    INFO("the dialect has '" << name
                             << "': give it a row in tests/ops, or name it in `covers` of the op it comes from");
    CHECK((contains(covered, name) || name == "fusion" || name == "yield"));
  }
}

TEST_CASE("no op has two rows") {
  std::vector<std::string> covered = covered_ops();
  std::sort(covered.begin(), covered.end());
  CHECK(std::adjacent_find(covered.begin(), covered.end()) == covered.end());
}

}  // namespace stator::tests
