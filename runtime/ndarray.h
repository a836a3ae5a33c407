// Tensors at run time: views of a shared storage by extents, strides and an offset.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/interface/tensor_spec.h"
#include "runtime/element.h"
#include "runtime/storage.h"

namespace stator {

/// A tensor whose dtype and extents are known at run time. Copies and views share their elements; `clone` does not.
///
/// Errors: every function throws a UserError of one sentence for an axis, an index, an extent or a dtype that does not
/// fit; it gives both values.
class NdArray {
 public:
  using Extents = std::vector<int64_t>;

  /// f32 [0].
  NdArray();

  /// Elements are not set; f64, f32, ... [extents].
  static NdArray empty(DType dtype, Extents extents);
  static NdArray zeros(DType dtype, Extents extents);
  /// Row-major `values`; as many as the extents say.
  template <class T> static NdArray from(std::span<const T> values, Extents extents);
  template <class T> static NdArray from(std::initializer_list<T> values, Extents extents);
  template <class T> static NdArray from(const std::vector<T>& values, Extents extents);
  /// Row-major little-endian bytes; a bool is 0 or 1.
  static NdArray from_bytes(DType dtype, Extents extents, std::string_view bytes);
  /// A tensor of rank 0.
  template <class T> static NdArray scalar(T value) { return from({value}, {}); }

  DType dtype() const { return dtype_; }
  int rank() const { return static_cast<int>(extents_.size()); }
  const Extents& extents() const { return extents_; }
  /// In elements.
  const Extents& strides() const { return strides_; }
  /// Counts from the end where `axis` is negative.
  int64_t extent(int axis) const { return extents_[axis_from_front(axis)]; }
  int64_t element_count() const { return element_count_; }
  int64_t size_bytes() const { return element_count_ * stator::size_bytes(dtype_); }
  bool is_contiguous() const;
  bool shares_storage_with(const NdArray& other) const { return storage_ == other.storage_; }

  /// The first element of a contiguous tensor of dtype `T`.
  template <class T> T* data() { return static_cast<T*>(checked_data(element_dtype<T>)); }
  template <class T> const T* data() const { return static_cast<const T*>(checked_data(element_dtype<T>)); }
  /// The elements of a contiguous tensor of dtype `T`.
  template <class T> std::span<T> values() { return {data<T>(), static_cast<size_t>(element_count_)}; }
  template <class T> std::span<const T> values() const { return {data<T>(), static_cast<size_t>(element_count_)}; }
  /// The bytes of a contiguous tensor.
  std::byte* bytes() const;

  template <class T> T& at(std::initializer_list<int64_t> indices) {
    return *static_cast<T*>(checked_element(element_dtype<T>, indices));
  }
  template <class T> const T& at(std::initializer_list<int64_t> indices) const {
    return *static_cast<const T*>(checked_element(element_dtype<T>, indices));
  }
  /// The one element of a tensor that has one.
  double item() const;

  /// This tensor where it is contiguous, a copy otherwise.
  NdArray contiguous() const;
  NdArray clone() const;
  /// Each element converted; float to whole rounds towards zero and stays within the range.
  NdArray to(DType dtype) const;

  /// A view where this is contiguous, a copy otherwise. One extent may be -1.
  NdArray reshape(Extents extents) const;
  /// A view: result axis i is axis `axes[i]`.
  NdArray permute(const std::vector<int>& axes) const;
  NdArray transpose(int first_axis, int second_axis) const;
  /// A view of `begin, begin + step, ...` up to `end` along an axis; a negative bound counts from the end.
  NdArray slice(int axis, int64_t begin, int64_t end, int64_t step = 1) const;
  /// A view without the axis. Source: torch.Tensor.select.
  NdArray select(int axis, int64_t index) const;

  /// Writes the elements of `source`, of the same dtype and extents, into this view.
  void assign(const NdArray& source);

  /// Same dtype, extents and values, as torch.equal: 0 equals -0, and NaN nothing.
  bool operator==(const NdArray& other) const;

 private:
  NdArray(Storage storage, DType dtype, Extents extents);

  template <class F> void for_each_row(F&& body) const;
  int axis_from_front(int axis) const;
  std::byte* first() const { return storage_.data() + offset_ * stator::size_bytes(dtype_); }
  void* checked_data(DType wanted) const;
  void* checked_element(DType wanted, std::initializer_list<int64_t> indices) const;
  static NdArray from_values(DType dtype, Extents extents, const void* values, size_t count);

  Storage storage_;
  DType dtype_ = DType::f32;
  Extents extents_;
  Extents strides_;
  int64_t offset_ = 0;
  int64_t element_count_ = 0;
};

/// Same dtype, extents and bits; NaN equals the same NaN.
bool same_bits(const NdArray& a, const NdArray& b);

/// `f32 [32, 784]`.
std::string describe(const NdArray& array);

/// The number of elements. Errors: UserError for a negative extent, or more elements than an int64 counts.
int64_t checked_element_count(const NdArray::Extents& extents);

template <class T> NdArray NdArray::from(std::span<const T> values, Extents extents) {
  return from_values(element_dtype<T>, std::move(extents), values.data(), values.size());
}

template <class T> NdArray NdArray::from(std::initializer_list<T> values, Extents extents) {
  return from_values(element_dtype<T>, std::move(extents), values.begin(), values.size());
}

template <class T> NdArray NdArray::from(const std::vector<T>& values, Extents extents) {
  static_assert(!std::is_same_v<T, bool>, "std::vector<bool> holds no bools; give an initializer list or a span");
  return from_values(element_dtype<T>, std::move(extents), values.data(), values.size());
}

}  // namespace stator
