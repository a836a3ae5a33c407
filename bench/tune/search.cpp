// Looks for a schedule that is faster than the cost model's.
#include "bench/tune/search.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "bench/kernel_time.h"
#include "compiler/kernels/single_contraction.h"

namespace bench {

namespace {

using namespace stator::kernels;

constexpr int first_rounds = 2, last_rounds = 12;

/// One form under several schedules, on the same operands.
class Trial {
 public:
  Trial(const ContractionForm& form, const stator::cpu::Target& target) : form_(form), target_(target) {
    const ContractionBuffers sizes = contractionBuffers(form);
    a_ = operand(sizes.a), b_ = operand(sizes.b), c_ = operand(sizes.c), bias_ = operand(form.columns.extent);
  }

  Call compiled(const ContractionSchedule& schedule) const {
    using Entry = void(float*, float*, float*, float*, float*, int64_t);
    auto kernel = std::make_shared<stator::cpu::SingleKernel>(compileContraction(form_, schedule, target_));
    auto scratch = operand(schedule.scratchElements() + 16);
    return [this, kernel, scratch, chunks = schedule.chunks, entry = kernel->entry<Entry>()] {
      for (int64_t chunk = 0; chunk < chunks; ++chunk)
        entry(a_.get(), b_.get(), c_.get(), scratch.get(), bias_.get(), chunk);
    };
  }

 private:
  const ContractionForm& form_;
  const stator::cpu::Target& target_;
  std::shared_ptr<float> a_, b_, c_, bias_;
};

bool fits(const ScheduleChoice& choice, const stator::cpu::Target& target) {
  const int loaded = choice.dot ? choice.rows : choice.columnSteps, accumulators = choice.rows * choice.columnSteps;
  return choice.rows >= 1 && accumulators + loaded + (target.fma ? 1 : 2) <= target.registers;
}

int usual_unroll(const ScheduleChoice& choice) {
  return choice.dot ? 2 : std::clamp(112 / (choice.rows * choice.columnSteps), 2, 8);
}

/// Tiles that fill the registers, and somewhat lower ones.
std::vector<ScheduleChoice> tiles(const ScheduleChoice& from, const ContractionForm& form,
                                  const stator::cpu::Target& target) {
  std::vector<ScheduleChoice> choices;
  auto add = [&](bool dot, int columns) {
    int most = target.registers;
    while (most > 1 && !fits({dot, most, columns, false, 1}, target)) --most;
    for (int rows = most; rows >= 1 && rows > most - 4; --rows) {
      ScheduleChoice choice{dot, rows, columns, from.packB, 1};
      choice.unroll = usual_unroll(choice);
      choices.push_back(choice);
    }
  };
  const int64_t lanes = target.lanes(form.elementBits()), vectors = (form.columns.extent + lanes - 1) / lanes;
  for (int columns = 1; columns <= std::min<int64_t>(vectors, 6); ++columns) add(false, columns);
  if (form.columns.b != 1)
    for (int columns : {4, 8}) add(true, columns);
  return choices;
}

class Search {
 public:
  Search(const ContractionForm& form, const stator::cpu::Target& target)
      : form_(form), target_(target), trial_(form, target) {}

  Found run() {
    const ContractionSchedule model = modelledSchedule(form_, target_);
    found_.choice = choiceOf(model);
    best_ = time(model);
    for (const ScheduleChoice& tile : tiles(found_.choice, form_, target_)) consider(tile);
    ScheduleChoice other = found_.choice;
    other.packB = !other.packB;
    if (form_.columns.b == 1 && !other.dot) consider(other);
    for (int unroll : {1, 2, 3, 4, 6, 8}) {
      ScheduleChoice turned = found_.choice;
      turned.unroll = unroll;
      consider(turned);
    }
    compare(trial_.compiled(model), trial_.compiled(scheduleAs(form_, target_, found_.choice)));
    return found_;
  }

 private:
  double time(const ContractionSchedule& schedule) const {
    const Call call = trial_.compiled(schedule);
    double best = INFINITY;
    for (int round = 0; round < first_rounds; ++round) best = std::min(best, slice_of(call));
    return best;
  }

  void consider(const ScheduleChoice& choice) {
    if (choice == found_.choice || !fits(choice, target_)) return;
    ++found_.tried;
    const double microseconds = time(scheduleAs(form_, target_, choice));
    if (microseconds < best_) best_ = microseconds, found_.choice = choice;
  }

  void compare(const Call& model, const Call& mine) {
    found_.model_microseconds = found_.microseconds = INFINITY;
    for (int round = 0; round < last_rounds; ++round) {
      found_.model_microseconds = std::min(found_.model_microseconds, slice_of(model));
      found_.microseconds = std::min(found_.microseconds, slice_of(mine));
    }
  }

  const ContractionForm& form_;
  const stator::cpu::Target& target_;
  Trial trial_;
  Found found_;
  double best_ = INFINITY;
};

}  // namespace

Found search(const ContractionForm& form, const stator::cpu::Target& target) { return Search(form, target).run(); }

}  // namespace bench
