// The walk back: the latest op first, so that all of a value's users have contributed before its own op runs.
#include "dsl/eager/tape.h"

#include <algorithm>

#include "runtime/error.h"

namespace stator::eager {
namespace {

bool comes_before(const PointRef& a, const PointRef& b) { return a->source->order() < b->source->order(); }

}  // namespace

void Walk::take_up(const PointRef& point) {
  if (!point->source || point->is_queued) return;
  if (point->source->is_consumed())
    throw UserError(
        "backward: this part of the tape was used up by an earlier backward: compute the value again, or keep the "
        "tape");
  point->is_queued = true;
  queue_.push_back(point);
  std::push_heap(queue_.begin(), queue_.end(), comes_before);
}

void Walk::add(const PointRef& point, BlockRef contribution) {
  const bool is_target = point.get() == target_;
  if (!is_target && target_ && !point->source) return;
  BlockRef& sum = is_target ? target_sum_ : point->sum;
  if (sum) arithmetic_.add(sum, contribution, point->dtype, point->dims.element_count());
  else sum = std::move(contribution);
  if (!is_target) take_up(point);
}

BlockRef Walk::sum_to_write(const PointRef& point) {
  const bool is_target = point.get() == target_;
  BlockRef& sum = is_target ? target_sum_ : point->sum;
  const int64_t count = point->dims.element_count();
  if (!sum) sum = arithmetic_.zeros(point->dtype, count);
  else if (!sum.is_only()) arithmetic_.add(sum, arithmetic_.zeros(point->dtype, count), point->dtype, count);
  if (!is_target) take_up(point);
  return sum;
}

void Walk::run(const PointRef& from) {
  add(from, arithmetic_.ones(from->dtype, from->dims.element_count()));
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), comes_before);
    const PointRef point = std::move(queue_.back());
    queue_.pop_back();
    point->is_queued = false;
    const BlockRef cotangent = std::exchange(point->sum, BlockRef());
    const std::shared_ptr<Node> node = point->source;
    node->run(*this, cotangent);
    if (!keeps_tape_) node->set_consumed();
  }
}

}  // namespace stator::eager
