// Views of run-time tensors: reshape, permute, transpose, slice, select.
#include <algorithm>
#include <utility>

#include "runtime/ndarray.h"
#include "runtime/text.h"

namespace stator {

int NdArray::axis_from_front(int axis) const {
  if (axis < -rank() || axis >= rank())
    throw UserError(concat("tensor: axis ", axis, " lies outside the ", rank(), " axes of ", describe(*this)));
  return axis < 0 ? axis + rank() : axis;
}

static void infer_extent(NdArray::Extents& extents, int64_t element_count) {
  const auto unknown = std::find(extents.begin(), extents.end(), -1);
  if (unknown == extents.end()) return;
  *unknown = 1;
  const bool another = std::find(extents.begin(), extents.end(), -1) != extents.end();
  const int64_t known = another ? 0 : checked_element_count(extents);
  *unknown = known == 0 || element_count % known != 0 ? -1 : element_count / known;
}

NdArray NdArray::reshape(Extents extents) const {
  const Extents asked = extents;
  infer_extent(extents, element_count_);
  const bool negative = std::any_of(extents.begin(), extents.end(), [](int64_t extent) { return extent < 0; });
  if (negative || checked_element_count(extents) != element_count_)
    throw UserError(concat("reshape: ", bracketed(extents_), " has ", element_count_, " elements, which ",
                           bracketed(asked), " cannot hold"));
  const NdArray source = contiguous();
  NdArray view(source.storage_, dtype_, std::move(extents));
  view.offset_ = source.offset_;
  return view;
}

NdArray NdArray::permute(const std::vector<int>& axes) const {
  NdArray view = *this;
  std::vector<bool> seen(extents_.size(), false);
  bool valid = axes.size() == extents_.size();
  for (size_t i = 0; valid && i < axes.size(); ++i) {
    const int axis = axis_from_front(axes[i]);
    valid = !seen[axis];
    seen[axis] = true;
    view.extents_[i] = extents_[axis];
    view.strides_[i] = strides_[axis];
  }
  if (!valid)
    throw UserError(concat("permute: ", bracketed(axes), " does not name each of the ", rank(), " axes of ",
                           describe(*this), " once"));
  return view;
}

NdArray NdArray::transpose(int first_axis, int second_axis) const {
  const int first = axis_from_front(first_axis), second = axis_from_front(second_axis);
  NdArray view = *this;
  std::swap(view.extents_[first], view.extents_[second]);
  std::swap(view.strides_[first], view.strides_[second]);
  return view;
}

NdArray NdArray::slice(int axis, int64_t begin, int64_t end, int64_t step) const {
  const int at = axis_from_front(axis);
  const int64_t extent = extents_[at];
  const int64_t first = begin < 0 ? begin + extent : begin;
  const int64_t last = end < 0 ? end + extent : end;
  if (first < 0 || last < first || last > extent || step < 1)
    throw UserError(concat("slice: ", begin, " to ", end, " by ", step, " does not lie within axis ", axis, " of ",
                           describe(*this)));
  NdArray view = *this;
  view.offset_ += first * strides_[at];
  view.extents_[at] = (last - first + step - 1) / step;
  view.strides_[at] *= step;
  view.element_count_ = checked_element_count(view.extents_);
  return view;
}

NdArray NdArray::select(int axis, int64_t index) const {
  const int at = axis_from_front(axis);
  const int64_t from_front = index < 0 ? index + extents_[at] : index;
  if (from_front < 0 || from_front >= extents_[at])
    throw UserError(concat("select: index ", index, " lies outside axis ", axis, " of ", describe(*this)));
  NdArray view = slice(at, from_front, from_front + 1);
  view.extents_.erase(view.extents_.begin() + at);
  view.strides_.erase(view.strides_.begin() + at);
  return view;
}

}  // namespace stator
