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

std::vector<const Row*> all_rows() {
  std::vector<const Row*> all;
  for (const auto* rows :
       {&activation_rows(),  &arrange_rows(),     &attention_rows(), &class_loss_rows(),    &contraction_rows(),
        &convolution_rows(), &elementwise_rows(), &extremes_rows(),  &indexing_rows(),      &loss_rows(),
        &margin_loss_rows(), &math_rows(),        &movement_rows(),  &normalization_rows(), &recurrent_rows(),
        &reduction_rows(),   &repeat_rows(),      &resize_rows(),    &scan_rows(),          &source_rows(),
        &statistics_rows(),  &transformer_rows(), &window_rows()})
    for (const Row& row : *rows) all.push_back(&row);
  return all;
}

std::vector<std::string> covered_ops() {
  std::vector<std::string> covered;
  for (const Row* row : all_rows()) {
    covered.push_back(row->op());
    covered.insert(covered.end(), row->covered().begin(), row->covered().end());
  }
  return covered;
}

/// Ops that PyTorch has not, or not as such; tests/interpret/op_values_test.cpp has values worked out by hand for them.
const std::vector<std::string> worked_by_hand{"cast", "constant", "iota", "count", "random_uniform", "detach",
                                              "gradient", "recompute", "max_pool2d_indices", "scan", "shifted_gradient",
                                              "known",
                                              // sizes of an op that has cases
                                              "scaled_dot_product_attention_tiled"};

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

TEST_CASE("the values of every op are PyTorch's or worked out by hand") {
  for (const Row* row : all_rows()) {
    const bool from_torch = std::any_of(row->variants().begin(), row->variants().end(),
                                        [](const Variant& variant) { return !variant.torch_case.empty(); });
    INFO("'" << row->op() << "' has no case of PyTorch's");
    CHECK((from_torch || contains(worked_by_hand, row->op())));
  }
}

TEST_CASE("no op has two rows") {
  std::vector<std::string> covered = covered_ops();
  std::sort(covered.begin(), covered.end());
  CHECK(std::adjacent_find(covered.begin(), covered.end()) == covered.end());
}

}  // namespace stator::tests
