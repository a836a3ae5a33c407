// What stands on the tape: ops with compiled derivatives, and the two whose derivatives only move elements.
#pragma once

#include <vector>

#include "dsl/eager/few.h"
#include "dsl/eager/op_kernels.h"
#include "dsl/eager/tape.h"

namespace stator::eager {

/// An op whose derivative is compiled.
class OpNode final : public Node {
 public:
  /// Memory that the derivative reads; empty: it does not.
  struct Saved {
    BlockRef block;
    std::byte* data = nullptr;
    int64_t version = 0;
  };

  OpNode(uint64_t order, std::string_view op, const OpCode& code, int64_t count, BlockPool& pool, Workspace& workspace)
      : Node(order), op_(op), code_(code), count_(count), pool_(pool), workspace_(workspace) {}

  void run(Walk& walk, const BlockRef& cotangent) override;
  void consume() override {
    saved.clear();
    points.clear();
  }

  Few<Saved> saved;      ///< the operands, then the result
  Few<PointRef> points;  ///< of the operands whose gradients are wanted

 private:
  std::string_view op_;
  const OpCode& code_;
  int64_t count_;  // of a flat op's elements
  BlockPool& pool_;
  Workspace& workspace_;
};

/// A range of elements along each axis of a dense tensor.
class SliceNode final : public Node {
 public:
  struct Range {
    Dims whole, part;
    std::array<int64_t, max_rank> start{}, step{};
  };
  SliceNode(uint64_t order, PointRef of, const Range& range) : Node(order), of_(std::move(of)), range_(range) {}

  void run(Walk& walk, const BlockRef& cotangent) override;
  void consume() override { of_.reset(); }

 private:
  PointRef of_;
  Range range_;
};

/// Dense tensors of one type, one after the other.
class StackNode final : public Node {
 public:
  StackNode(uint64_t order, std::vector<PointRef> parts, BlockPool& pool)
      : Node(order), parts_(std::move(parts)), pool_(pool) {}

  void run(Walk& walk, const BlockRef& cotangent) override;
  void consume() override { parts_.clear(); }

 private:
  std::vector<PointRef> parts_;  // null where no gradient is wanted
  BlockPool& pool_;
};

}  // namespace stator::eager
