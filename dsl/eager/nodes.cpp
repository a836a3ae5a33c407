// Derivatives at work.
#include "dsl/eager/nodes.h"

#include <cstring>

#include "runtime/element.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator::eager {
namespace {

/// Adds the elements of a dense `part` to a range of a dense whole; `whole` and `part` stand at axis `axis`.
template <class T> void add_range(T* whole, const T*& part, const SliceNode::Range& range, int axis, int64_t stride) {
  const auto at = static_cast<size_t>(axis);
  stride /= range.whole.at[at];
  whole += range.start[at] * stride;
  for (int64_t i = 0; i < range.part.at[at]; ++i, whole += range.step[at] * stride) {
    if (axis + 1 < range.whole.rank) add_range(whole, part, range, axis + 1, stride);
    else *whole += *part++;
  }
}

/// The same for a whole last axis, where a loop over rows is what counts.
template <class T> void add_rows(T* whole, const T*& part, const SliceNode::Range& range, int axis, int64_t stride) {
  const auto at = static_cast<size_t>(axis);
  if (axis + 1 == range.whole.rank && range.step[at] == 1) {
    whole += range.start[at];
    for (int64_t i = 0; i < range.part.at[at]; ++i) whole[i] += part[i];
    part += range.part.at[at];
    return;
  }
  if (axis + 1 == range.whole.rank) return add_range(whole, part, range, axis, stride);
  stride /= range.whole.at[at];
  whole += range.start[at] * stride;
  for (int64_t i = 0; i < range.part.at[at]; ++i, whole += range.step[at] * stride)
    add_rows(whole, part, range, axis + 1, stride);
}

}  // namespace

void OpNode::run(Walk& walk, const BlockRef& cotangent) {
  Few<std::byte*> inputs, outputs;
  for (const Saved& each : saved) {
    if (each.block && each.block.version() != each.version)
      throw UserError(concat(op_, ": backward needs a value that was changed in place since"));
    inputs.push_back(each.data);
  }
  inputs.push_back(cotangent.data());
  Few<BlockRef> results;
  for (size_t i = 0; i < points.size(); ++i) {
    const bool is_cotangent = code_.copied_input(static_cast<int>(i)) >= 0;
    results.push_back(is_cotangent ? cotangent : pool_.take(points[i]->size_bytes()));
    outputs.push_back(results.back().data());
  }
  if (code_.has_code()) code_.run({span_of(inputs), span_of(outputs)}, count_, workspace_);
  for (size_t i = 0; i < points.size(); ++i) walk.add(points[i], std::move(results[i]));
}

void SliceNode::run(Walk& walk, const BlockRef& cotangent) {
  const BlockRef sum = walk.sum_to_write(of_);
  visit_element(of_->dtype, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      const T* part = reinterpret_cast<const T*>(cotangent.data());
      add_rows(reinterpret_cast<T*>(sum.data()), part, range_, 0, range_.whole.element_count());
    } else {
      throw InternalError("eager: a slice of whole numbers has no gradient");
    }
  });
}

void StackNode::run(Walk& walk, const BlockRef& cotangent) {
  const std::byte* from = cotangent.data();
  int64_t bytes = 0;
  for (const PointRef& part : parts_)
    if (part) bytes = part->size_bytes();
  for (const PointRef& part : parts_) {
    if (part) {
      BlockRef own = pool_.take(bytes);
      std::memcpy(own.data(), from, static_cast<size_t>(bytes));
      walk.add(part, std::move(own));
    }
    from += bytes;
  }
}

}  // namespace stator::eager
