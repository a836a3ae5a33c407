// The step of a scan: its ops are noted while its cell is called, and run for each step once it is closed.
#pragma once

#include <utility>
#include <vector>

#include "compiler/interface/graph.h"
#include "compiler/interface/ops/scan.h"

namespace stator::eager {

/// The ops of the scan that is open, the outermost where they nest. Its values have numbers from `first_id` on.
class ScanRecording {
 public:
  static constexpr int first_id = 1 << 29;
  /// What stands for all results of a scan that is done.
  static constexpr int results_id = first_id - 1;
  static constexpr bool is_recorded(int id) { return id >= first_id; }

  bool is_open() const { return !nodes_.empty(); }
  /// Whether `operation` closes this scan: its first placeholder is the first value that was noted.
  bool is_closed_by(const Operation& operation) const;
  int add(const Operation& operation);

  struct Recorded {
    std::string_view op;
    std::vector<int> operands;
    std::vector<Attribute> attributes;
    TensorSpec result;
  };
  const std::vector<Recorded>& nodes() const { return nodes_; }
  std::vector<Recorded> take() { return std::exchange(nodes_, {}); }

 private:
  std::vector<Recorded> nodes_;
};

/// The numbers of a scan, from its attributes.
rule::Scan scan_rule(const Operation& operation);

}  // namespace stator::eager
