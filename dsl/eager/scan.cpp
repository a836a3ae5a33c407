// A scan at once: its step's ops run for each step, on what the step before gave.
#include "dsl/eager/machine.h"

#include <cstring>

#include "dsl/eager/nodes.h"

namespace stator::eager {
namespace {

/// Keeps values alive while a scan runs.
class Keeper {
 public:
  explicit Keeper(EntryTable& table) : table_(table) {}
  ~Keeper() { clear(); }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  int keep(int id) {
    if (id < ScanRecording::results_id) {
      table_.retain(id);
      ids_.push_back(id);
    }
    return id;
  }
  void clear() {
    for (int id : ids_) table_.release(id);
    ids_.clear();
  }
  void swap(Keeper& other) { ids_.swap(other.ids_); }

 private:
  EntryTable& table_;
  std::vector<int> ids_;
};

using Recorded = ScanRecording::Recorded;

/// One scan under way.
class Replay {
 public:
  Replay(Machine& machine, std::vector<Recorded> nodes, const Operation& scan)
      : machine_(machine),
        nodes_(std::move(nodes)),
        operands_(scan.operands, scan.operands + scan.operand_count),
        rule_(scan_rule(scan)),
        states_(static_cast<size_t>(rule_.states)),
        given_(static_cast<size_t>(rule_.states + rule_.sequences)),
        of_carried_(machine.table),
        of_results_(machine.table) {}

  /// The final states, then the stacks of the step's results.
  std::vector<Entry> run() {
    std::vector<int> carried(operands_.begin(), operands_.begin() + static_cast<long>(states_));
    const int64_t steps = machine_.table.at(operands_[states_]).dims.at[0];
    std::vector<std::vector<int>> results(operands_.size() - 2 * given_ - states_);
    for (auto& each : results) each.resize(static_cast<size_t>(steps));
    for (int64_t i = 0; i < steps; ++i) run_step(rule_.reverse ? steps - 1 - i : i, carried, results);
    std::vector<Entry> all;
    for (int state : carried) all.push_back(machine_.table.at(state));
    for (const auto& each : results) all.push_back(machine_.stacked(each));
    return all;
  }

 private:
  void run_step(int64_t step, std::vector<int>& carried, std::vector<std::vector<int>>& results) {
    Keeper values(machine_.table), next(machine_.table);
    std::vector<int> value_of(nodes_.size());
    auto now = [&](int id) {
      return ScanRecording::is_recorded(id) ? value_of[static_cast<size_t>(id - ScanRecording::first_id)] : id;
    };
    for (size_t i = 0; i < nodes_.size(); ++i) {
      if (i < states_) {
        value_of[i] = carried[i];
      } else if (i < given_) {
        const Entry element = machine_.element(machine_.table.at(operands_[i]), step);
        value_of[i] = values.keep(machine_.table.add(element));
      } else {
        std::vector<int> operands;
        for (int operand : nodes_[i].operands) operands.push_back(now(operand));
        value_of[i] = values.keep(machine_.apply({nodes_[i].op, operands.data(), static_cast<int>(operands.size()),
                                                  nodes_[i].attributes.data(),
                                                  static_cast<int>(nodes_[i].attributes.size()), nodes_[i].result}));
      }
    }
    for (size_t i = 0; i < states_; ++i) carried[i] = next.keep(now(operands_[2 * given_ + i]));
    for (size_t i = 0; i < results.size(); ++i)
      results[i][static_cast<size_t>(step)] = of_results_.keep(now(operands_[2 * given_ + states_ + i]));
    of_carried_.swap(next);
  }

  Machine& machine_;
  std::vector<Recorded> nodes_;
  std::vector<int> operands_;
  rule::Scan rule_;
  size_t states_, given_;
  Keeper of_carried_, of_results_;
};

}  // namespace

int Machine::note(const Operation& operation) {
  for (int i = 0; i < operation.operand_count; ++i)
    if (operation.operands[i] < ScanRecording::results_id) table.retain(operation.operands[i]);
  return recording_.add(operation);
}

int Machine::run_scan(const Operation& scan) {
  std::vector<Recorded> nodes = recording_.take();
  Keeper noted(table);  // what `note` kept goes with it
  for (const Recorded& node : nodes)
    for (int operand : node.operands)
      if (operand < ScanRecording::results_id) {
        noted.keep(operand);
        table.release(operand);
      }
  scan_results_ = Replay(*this, std::move(nodes), scan).run();
  return ScanRecording::results_id;
}

int Machine::scan_result(const Operation& operation) {
  const auto index = static_cast<size_t>(operation.attributes[0].integers[0]);
  const int id = table.add(scan_results_[index]);
  if (index + 1 == scan_results_.size()) scan_results_.clear();
  return id;
}

Entry Machine::stacked(std::span<const int> values) {
  std::vector<Entry> parts;
  bool wants_gradient = false;
  for (int id : values) {
    parts.push_back(dense(table.at(id)));
    wants_gradient = wants_gradient || parts.back().point;
  }
  Entry result;
  const Dims& each = parts.front().dims;
  result.dtype = parts.front().dtype;
  result.numbers = parts.front().numbers;
  result.dims = {each.rank + 1, {}};
  result.dims.at[0] = static_cast<int64_t>(parts.size());
  for (int i = 0; i < each.rank; ++i) result.dims.at[static_cast<size_t>(i + 1)] = each.at[static_cast<size_t>(i)];
  result.base = result.dims;
  result.block = pool.take(result.base_bytes());
  result.data = result.block.data();
  std::vector<PointRef> points;
  const auto bytes = static_cast<size_t>(parts.front().base_bytes());
  for (size_t i = 0; i < parts.size(); ++i) {
    std::memcpy(result.data + i * bytes, parts[i].data, bytes);
    points.push_back(parts[i].point);
  }
  if (records && wants_gradient) {
    result.point = std::make_shared<Point>(Point{result.dtype, result.base, nullptr, {}, false});
    result.point->source = std::make_shared<StackNode>(next_order_++, std::move(points), pool);
  }
  return result;
}

}  // namespace stator::eager
