// The tape: what each op needs for its gradient, and the walk back from a scalar.
#pragma once

#include <memory>
#include <vector>

#include "dsl/eager/block.h"
#include "dsl/eager/view.h"

namespace stator::eager {

class Node;

/// Where the gradient of a value gathers: behind an op of the tape, or at a leaf, where it stays.
struct Point {
  DType dtype = DType::f32;
  Dims dims;                     ///< of the gradient, which is dense
  std::shared_ptr<Node> source;  ///< the op that made the value; null for a leaf
  BlockRef sum;                  ///< what has come so far; empty: nothing
  bool is_queued = false;        ///< of the walk under way

  int64_t size_bytes() const { return dims.element_count() * stator::size_bytes(dtype); }
};
using PointRef = std::shared_ptr<Point>;

class Walk;

/// One op of the tape.
class Node {
 public:
  explicit Node(uint64_t order) : order_(order) {}
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Hands the cotangent of the op's result on to its operands' points.
  virtual void run(Walk& walk, const BlockRef& cotangent) = 0;
  /// Lets go of what `run` reads and of the operands' points.
  virtual void consume() = 0;

  /// Ops are numbered as they run: whoever comes later stands behind.
  uint64_t order() const { return order_; }
  bool is_consumed() const { return consumed_; }
  void set_consumed() {
    consumed_ = true;
    consume();
  }

 private:
  uint64_t order_;
  bool consumed_ = false;
};

/// Adds `more` to `sum`, both of `count` elements; in place, where nobody else holds `sum`.
class Accumulator {
 public:
  virtual BlockRef zeros(DType dtype, int64_t count) = 0;
  virtual BlockRef ones(DType dtype, int64_t count) = 0;
  virtual void add(BlockRef& sum, const BlockRef& more, DType dtype, int64_t count) = 0;

 protected:
  ~Accumulator() = default;
};

/// One walk from a scalar back to the leaves.
class Walk {
 public:
  /// `target`: the one point whose gradient is asked for, and no leaf gathers any; null: all leaves gather.
  Walk(Accumulator& arithmetic, bool keeps_tape, const Point* target)
      : arithmetic_(arithmetic), keeps_tape_(keeps_tape), target_(target) {}
  /// What an error left behind is forgotten.
  ~Walk() {
    for (const PointRef& point : queue_) point->is_queued = false, point->sum = BlockRef();
  }

  /// Errors: UserError where the tape was used up by an earlier walk.
  void run(const PointRef& from);

  /// A contribution to the gradient of a point.
  void add(const PointRef& point, BlockRef contribution);
  /// The gradient of a point, to add to a part of it; zeros where nothing has come yet.
  BlockRef sum_to_write(const PointRef& point);
  /// What came to the target; empty: nothing.
  const BlockRef& target_sum() const { return target_sum_; }

 private:
  void take_up(const PointRef& point);

  Accumulator& arithmetic_;
  bool keeps_tape_;
  const Point* target_;
  BlockRef target_sum_;
  std::vector<PointRef> queue_;  // a heap by the order of the points' ops
};

}  // namespace stator::eager
