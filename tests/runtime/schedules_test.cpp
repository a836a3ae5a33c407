// Learning-rate schedules against PyTorch's over 60 steps: tests/data/schedulers.json.
#include "runtime/train/schedules.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/catch.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

using Json = nlohmann::json;

const Json& cases() {
  static const Json all = Json::parse(std::ifstream(STATOR_TEST_DATA "/schedulers.json")).at("cases");
  return all;
}

/// Whether an option stands in a case, or PyTorch's default.
template <class T> T option(const Json& attributes, const char* name, T otherwise) {
  return attributes.value(name, otherwise);
}

template <class Schedule> void check(const Json& given, const Schedule& schedule) {
  INFO(given.at("scheduler") << " " << given.at("case"));
  const std::vector<double> expected = given.at("lr");
  for (size_t step = 0; step < expected.size(); ++step) {
    INFO("step " << step);
    CHECK(schedule.lr(static_cast<int64_t>(step)) == Approx(expected[step]).epsilon(1e-12).margin(1e-15));
  }
}

OneCycleLR one_cycle(const Json& a) {
  OneCycleLR cycle{.max_lr = a.at("max_lr"), .total_steps = option<int64_t>(a, "total_steps", 60)};
  cycle.pct_start = option(a, "pct_start", 0.3);
  cycle.anneal_strategy = option<std::string>(a, "anneal_strategy", "cos") == "linear" ? Anneal::linear : Anneal::cos;
  cycle.div_factor = option(a, "div_factor", 25.0);
  cycle.final_div_factor = option(a, "final_div_factor", 1e4);
  cycle.three_phase = option(a, "three_phase", false);
  return cycle;
}

void check_one_cycle(const Json& given) {
  const OneCycleLR cycle = one_cycle(given.at("attrs"));
  check(given, cycle);
  if (!option(given.at("attrs"), "cycle_momentum", true)) return;
  const std::vector<double> expected = given.at("momentum");
  for (size_t step = 0; step < expected.size(); ++step)
    CHECK(cycle.momentum(static_cast<int64_t>(step)) == Approx(expected[step]).epsilon(1e-12));
}

LinearLR linear(const Json& a, double base) {
  return {base, option(a, "start_factor", 1.0 / 3), option(a, "end_factor", 1.0), option<int64_t>(a, "total_iters", 5)};
}

/// Two of the schedules that can follow each other.
void check_sequence(const Json& given) {
  const Json& attributes = given.at("attrs");
  const double base = given.at("base_lr");
  const Json &first = attributes.at("schedulers").at(0), &second = attributes.at("schedulers").at(1);
  const int64_t milestone = attributes.at("milestones").at(0);
  if (first.contains("LinearLR")) {
    const CosineAnnealingLR cosine{base, second.at("CosineAnnealingLR").at("T_max")};
    check(given, SequentialLR<LinearLR, CosineAnnealingLR>{linear(first.at("LinearLR"), base), cosine, milestone});
  } else {
    const ConstantLR constant{base, first.at("ConstantLR").at("factor"), first.at("ConstantLR").at("total_iters")};
    const ExponentialLR exponential{base, second.at("ExponentialLR").at("gamma")};
    check(given, SequentialLR<ConstantLR, ExponentialLR>{constant, exponential, milestone});
  }
}

/// Whether the case is of a schedule that there is.
bool check(const Json& given) {
  const std::string name = given.at("scheduler");
  const Json& a = given.at("attrs");
  const double base = given.at("base_lr");
  if (name == "StepLR") check(given, StepLR{base, a.at("step_size"), option(a, "gamma", 0.1)});
  else if (name == "MultiStepLR") check(given, MultiStepLR{base, a.at("milestones"), option(a, "gamma", 0.1)});
  else if (name == "ExponentialLR") check(given, ExponentialLR{base, a.at("gamma")});
  else if (name == "ConstantLR") check(given, ConstantLR{base, a.at("factor"), a.at("total_iters")});
  else if (name == "LinearLR") check(given, linear(a, base));
  else if (name == "CosineAnnealingLR") check(given, CosineAnnealingLR{base, a.at("T_max"), option(a, "eta_min", 0.0)});
  else if (name == "OneCycleLR") check_one_cycle(given);
  else if (name == "SequentialLR") check_sequence(given);
  else return false;
  return true;
}

}  // namespace

TEST_CASE("schedules give PyTorch's learning rates and momenta") {
  std::set<std::string> checked;
  for (const Json& given : cases())
    if (check(given)) checked.insert(given.at("scheduler"));
  CHECK(checked.size() == 8);
}

TEST_CASE("cosine with warm-up rises, falls and stays") {
  const CosineWithWarmupLR rate{.max_lr = 1e-3, .warmup_steps = 99, .total_steps = 2099, .min_lr = 1e-4};
  CHECK(rate.lr(0) == Approx(1e-5));
  CHECK(rate.lr(49) == Approx(5e-4));
  CHECK(rate.lr(99) == Approx(1e-3));
  CHECK(rate.lr(1099) == Approx(5.5e-4));
  CHECK(rate.lr(2098) == Approx(1e-4).epsilon(1e-4));
  CHECK(rate.lr(5000) == 1e-4);
}

TEST_CASE("one-cycle ends") {
  const OneCycleLR rate{.max_lr = 1, .total_steps = 10};
  CHECK(error_of([&] { rate.lr(11); }) == "OneCycleLR: step 11 lies beyond the total of 10");
}

}  // namespace stator::tests
