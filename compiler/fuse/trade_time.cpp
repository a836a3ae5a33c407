// Memory for time: values that are made again, whatever they cost.
//
//   %h = matmul %x, %w                          %h = matmul %x, %w
//   %y = matmul (gelu %h), %v                   %y = matmul (gelu %h), %v
//   ...                              =>         ...                                  (here %h does not wait)
//   %dh = mul %dg, gelu'(%h)                    %r = matmul (recompute %x), %w
//                                               %dh = mul %dg, gelu'(%r)
#include "compiler/fuse/trade_time.h"

#include <algorithm>
#include <map>
#include <optional>

#include "compiler/fuse/op_cost.h"

namespace stator::fuse {
namespace {

constexpr int64_t muchSmaller = 16;  ///< what is small beside a value may wait for making it again
constexpr size_t mostRepeated = 96;  ///< ops that make a value again

bool isRepeatable(mlir::Operation* op) { return op->getNumResults() == 1 && roleOf(op) != Role::loop; }

/// Whether copies of several values share one copy of this op, rather than each having their own within a kernel.
bool isHeavy(mlir::Operation* op) { return roleOf(op) == Role::contraction || roleOf(op) == Role::kernel; }

/// A value that could be absent between two kernels, and how it is made again for the second.
struct Absence {
  size_t value = 0;
  int64_t after = 0, until = 0;  ///< moments of the kernels that read it before and behind
  llvm::SmallSetVector<mlir::Operation*, 16> ops;
  llvm::SmallSetVector<size_t, 4> given;  ///< values that must be there at `until`
  double heavyTime = 0, lightTime = 0;    ///< of ops that copies share, and of the others
};

class Trade {
 public:
  Trade(mlir::Block& block, const Lifetimes& lives, const TradeLimits& limits)
      : lives_(lives),
        limits_(limits),
        bytes_(lives.bytes()),
        values_(lives.values()),
        timeOfAll_(timeOf(block, lives)) {
    for (auto [i, held] : llvm::enumerate(values_)) {
      numbers_[held.value] = i;
      lasts_.push_back(lives.lifeOf(held).last);
    }
    pinned_.resize(values_.size()), isAbsent_.resize(values_.size());
  }

  bool choose() {
    while (true) {
      most_ = std::max_element(bytes_.begin(), bytes_.end()) - bytes_.begin();
      if (bytes_[most_] <= limits_.enoughBytes || !chooseAtMost()) return !chosen_.empty();
    }
  }

  void rewrite() {
    std::map<int64_t, llvm::SmallVector<Repeat>> byMoment;
    for (const Absence& absence : chosen_)
      byMoment[absence.until].push_back({values_[absence.value].value.getDefiningOp(), absence.ops.getArrayRef()});
    for (auto& [moment, repeats] : byMoment) repeatLate(lives_, moment, repeats);
  }

 private:
  /// What goes together at the best price.
  struct Bundle {
    llvm::SmallVector<size_t> absences;
    double time = 0;
    int64_t bytes = 0;

    double price() const { return time / static_cast<double>(bytes); }
  };

  bool chooseAtMost() {
    const std::vector<Absence> possible = absencesAtMost();
    std::optional<Bundle> best;
    for (size_t i = 0; i < possible.size(); ++i) {
      Bundle bundle = bundleOf(possible, i);
      if (isAllowed(bundle) && (!best || bundle.price() < best->price())) best = bundle;
    }
    if (!best) return false;
    spent_ += best->time;
    for (size_t i : best->absences) leave(possible[i]);
    return true;
  }

  bool isAllowed(const Bundle& bundle) const {
    double time = bundle.time / timeOfAll_;
    double memory = static_cast<double>(bundle.bytes) / static_cast<double>(bytes_[most_]);
    return spent_ / timeOfAll_ + time <= limits_.mostTime && memory >= limits_.leastExchange * time;
  }

  /// All that waits while most is held, with how each could be made again.
  std::vector<Absence> absencesAtMost() const {
    std::vector<Absence> all;
    for (size_t i = 0; i < values_.size(); ++i) {
      const HeldValue& held = values_[i];
      if (held.isReturned || held.bytes < limits_.leastBytes || isAbsent_[i] || pinned_[i]) continue;
      mlir::Operation* op = held.value.getDefiningOp();
      if (lasts_[i] < most_ || !isRepeatable(op)) continue;
      Absence absence{i, lives_.lifeOf(held).first, lasts_[i], {}, {}, 0, 0};
      if (!findGap(absence) || !collect(op, absence)) continue;
      all.push_back(std::move(absence));
    }
    return all;
  }

  /// The kernels that read the value around the moment when most is held; false: it is read just then, or not before.
  bool findGap(Absence& absence) const {
    bool isReadBefore = false;
    for (mlir::Operation* reader : lives_.readersOf(values_[absence.value].value)) {
      int64_t moment = lives_.momentOf(reader);
      if (moment == most_) return false;
      isReadBefore |= moment < most_;
      if (moment < most_) absence.after = std::max(absence.after, moment);
      else absence.until = std::min(absence.until, moment);
    }
    return isReadBefore && absence.after < most_ && most_ < absence.until;
  }

  /// Adds what makes `op` again. False: something that it needs is gone by then, and cannot be made.
  bool collect(mlir::Operation* op, Absence& absence) const {
    if (absence.ops.contains(op)) return true;
    if (absence.ops.size() >= mostRepeated) return false;
    for (mlir::Value operand : op->getOperands()) {
      mlir::Operation* base = operand.getDefiningOp();
      if (!base || isThere(operand, absence)) continue;
      if (!isRepeatable(base) || !collect(base, absence)) return false;
    }
    absence.ops.insert(op);
    (isHeavy(op) ? absence.heavyTime : absence.lightTime) += nanosecondsOf(op);
    return true;
  }

  /// Whether an operand is in memory when the value is made again, or may be without much harm.
  bool isThere(mlir::Value operand, Absence& absence) const {
    auto number = numbers_.find(operand);
    if (number == numbers_.end() || isAbsent_[number->second]) return false;
    bool small = values_[number->second].bytes * muchSmaller <= values_[absence.value].bytes;
    if (!small && lasts_[number->second] < absence.until && !values_[number->second].isReturned) return false;
    if (absence.given.insert(number->second)) absence.lightTime += nanosecondsOfBytes(values_[number->second].bytes);
    return true;
  }

  /// The absence, and those that end with it and need no other products.
  Bundle bundleOf(const std::vector<Absence>& possible, size_t first) const {
    const Absence& leader = possible[first];
    Bundle bundle{{}, leader.heavyTime, 0};
    for (size_t i = 0; i < possible.size(); ++i) {
      const Absence& other = possible[i];
      if (other.until != leader.until) continue;
      bool follows =
          i == first ||
          (other.heavyTime > 0 &&
           llvm::all_of(other.ops, [&](mlir::Operation* op) { return !isHeavy(op) || leader.ops.contains(op); }) &&
           isApart(possible, bundle, other));
      if (!follows) continue;
      bundle.absences.push_back(i);
      bundle.time += other.lightTime;
      bundle.bytes += values_[other.value].bytes;
    }
    return bundle;
  }

  /// Whether none of a bundle's values is needed for making another.
  static bool isApart(const std::vector<Absence>& possible, const Bundle& bundle, const Absence& other) {
    return llvm::all_of(bundle.absences, [&](size_t i) {
      return !possible[i].given.contains(other.value) && !other.given.contains(possible[i].value);
    });
  }

  void leave(const Absence& absence) {
    if (pinned_[absence.value] || llvm::any_of(absence.given, [&](size_t given) { return isAbsent_[given]; })) return;
    isAbsent_[absence.value] = true;
    for (int64_t moment = absence.after + 1; moment < absence.until; ++moment)
      bytes_[moment] -= values_[absence.value].bytes;
    for (size_t given : absence.given) {
      pinned_[given] = true;
      if (values_[given].isReturned) continue;
      for (; lasts_[given] < absence.until; ++lasts_[given]) bytes_[lasts_[given] + 1] += values_[given].bytes;
    }
    chosen_.push_back(absence);
  }

  const Lifetimes& lives_;
  TradeLimits limits_;
  std::vector<int64_t> bytes_;  ///< at each moment, with what has been chosen
  const std::vector<HeldValue>& values_;
  double timeOfAll_, spent_ = 0;
  llvm::DenseMap<mlir::Value, size_t> numbers_;
  std::vector<int64_t> lasts_;           ///< the last moment of each value
  std::vector<bool> pinned_, isAbsent_;  ///< what copies read stays
  int64_t most_ = 0;
  std::vector<Absence> chosen_;
};

}  // namespace

double timeOf(mlir::Block& block, const Lifetimes& lives) {
  double time = 0;
  for (mlir::Operation& op : block.without_terminator())
    if (lives.momentOf(&op) >= 0) time += nanosecondsOf(&op);
  for (const HeldValue& held : lives.values())
    time += nanosecondsOfBytes(held.bytes) * static_cast<double>(1 + held.readers.size());
  return time;
}

bool tradeTime(mlir::Block& block, const Lifetimes& lives, const TradeLimits& limits,
               llvm::function_ref<void()> before) {
  Trade trade(block, lives, limits);
  if (!trade.choose()) return false;
  before();
  trade.rewrite();
  return true;
}

}  // namespace stator::fuse
