// Making, reading, converting and comparing run-time tensors; views are in ndarray_views.cpp.
#include "runtime/ndarray.h"

#include <cstring>
#include <limits>
#include <utility>

#include "runtime/text.h"

namespace stator {

int64_t checked_element_count(const NdArray::Extents& extents) {
  int64_t count = 1;
  for (int64_t extent : extents) {
    if (extent < 0) throw UserError(concat("tensor: an extent of ", bracketed(extents), " is below 0"));
    if (__builtin_mul_overflow(count, extent, &count) || count > std::numeric_limits<int64_t>::max() / 16)
      throw UserError(concat("tensor: extents ", bracketed(extents), " have more elements than memory can hold"));
  }
  return count;
}

static NdArray::Extents row_major_strides(const NdArray::Extents& extents) {
  NdArray::Extents strides(extents.size());
  int64_t stride = 1;
  for (size_t axis = extents.size(); axis-- > 0; stride *= extents[axis]) strides[axis] = stride;
  return strides;
}

NdArray::NdArray() : NdArray(Storage(), DType::f32, {0}) {}

NdArray::NdArray(Storage storage, DType dtype, Extents extents)
    : storage_(std::move(storage)),
      dtype_(dtype),
      extents_(std::move(extents)),
      strides_(row_major_strides(extents_)),
      element_count_(checked_element_count(extents_)) {}

NdArray NdArray::empty(DType dtype, Extents extents) {
  const int64_t bytes = checked_element_count(extents) * stator::size_bytes(dtype);
  return NdArray(Storage(AlignedBuffer::uninitialised(bytes)), dtype, std::move(extents));
}

NdArray NdArray::zeros(DType dtype, Extents extents) {
  const int64_t bytes = checked_element_count(extents) * stator::size_bytes(dtype);
  return NdArray(Storage(AlignedBuffer::zeroed(bytes)), dtype, std::move(extents));
}

NdArray NdArray::from_values(DType dtype, Extents extents, const void* values, size_t count) {
  NdArray array = empty(dtype, std::move(extents));
  if (static_cast<size_t>(array.element_count()) != count)
    throw UserError(concat("tensor: ", count, " values given for extents ", bracketed(array.extents()), " of ",
                           array.element_count(), " elements"));
  if (count > 0) std::memcpy(array.bytes(), values, static_cast<size_t>(array.size_bytes()));
  return array;
}

NdArray NdArray::from_bytes(DType dtype, Extents extents, std::string_view bytes) {
  NdArray array = empty(dtype, std::move(extents));
  if (bytes.size() != static_cast<size_t>(array.size_bytes()))
    throw UserError(
        concat("tensor: ", bytes.size(), " bytes given for ", describe(array), " of ", array.size_bytes(), " bytes"));
  if (dtype == DType::boolean)
    for (char byte : bytes)
      if (byte != 0 && byte != 1)
        throw UserError(concat("tensor: a bool is 0 or 1, but a byte is ", int{static_cast<unsigned char>(byte)}));
  if (!bytes.empty()) std::memcpy(array.bytes(), bytes.data(), bytes.size());
  return array;
}

bool NdArray::is_contiguous() const {
  if (element_count_ == 0) return true;
  int64_t stride = 1;
  for (int axis = rank() - 1; axis >= 0; --axis) {
    if (extents_[axis] != 1 && strides_[axis] != stride) return false;
    stride *= extents_[axis];
  }
  return true;
}

std::byte* NdArray::bytes() const {
  if (!is_contiguous())
    throw UserError(concat("tensor: ", describe(*this), " with strides ", bracketed(strides_),
                           " is not contiguous; call contiguous() first"));
  return first();
}

void* NdArray::checked_data(DType wanted) const {
  if (wanted != dtype_)
    throw UserError(concat("tensor: elements are ", name_of(dtype_), ", but were read as ", name_of(wanted)));
  return bytes();
}

void* NdArray::checked_element(DType wanted, std::initializer_list<int64_t> indices) const {
  if (wanted != dtype_)
    throw UserError(concat("tensor: elements are ", name_of(dtype_), ", but were read as ", name_of(wanted)));
  bool inside = indices.size() == extents_.size();
  int64_t at = 0;
  for (int axis = 0; inside && axis < rank(); ++axis) {
    const int64_t index = indices.begin()[axis];
    inside = index >= 0 && index < extents_[axis];
    at += index * strides_[axis];
  }
  if (!inside)
    throw UserError(concat("tensor: index ", bracketed(indices), " lies outside extents ", bracketed(extents_)));
  return first() + at * stator::size_bytes(dtype_);
}

double NdArray::item() const {
  if (element_count_ != 1)
    throw UserError(concat("tensor: item() needs one element, but ", describe(*this), " has ", element_count_));
  return visit_element(dtype_, [&]<class T>(std::type_identity<T>) {
    return convert_element<double>(*reinterpret_cast<const T*>(first()));
  });
}

/// Calls `body(first element's offset, count, stride)` for each innermost row, in row-major order; in elements.
template <class F> void NdArray::for_each_row(F&& body) const {
  if (element_count_ == 0) return;
  if (rank() == 0) return body(offset_, int64_t{1}, int64_t{1});
  std::vector<int64_t> index(extents_.size(), 0);
  for (int64_t offset = offset_;;) {
    body(offset, extents_.back(), strides_.back());
    int axis = rank() - 2;
    for (; axis >= 0; --axis) {
      offset += strides_[axis];
      if (++index[axis] < extents_[axis]) break;
      offset -= strides_[axis] * std::exchange(index[axis], 0);
    }
    if (axis < 0) return;
  }
}

NdArray NdArray::contiguous() const { return is_contiguous() ? *this : clone(); }

NdArray NdArray::clone() const {
  NdArray copy = empty(dtype_, extents_);
  visit_element(dtype_, [&]<class T>(std::type_identity<T>) {
    const T* from = reinterpret_cast<const T*>(storage_.data());
    T* to = copy.data<T>();
    for_each_row([&](int64_t offset, int64_t count, int64_t stride) {
      for (int64_t i = 0; i < count; ++i) *to++ = from[offset + i * stride];
    });
  });
  return copy;
}

void NdArray::assign(const NdArray& source) {
  if (source.dtype_ != dtype_ || source.extents_ != extents_)
    throw UserError(concat("assign: ", describe(source), " does not fit ", describe(*this)));
  const NdArray values = source.contiguous();
  visit_element(dtype_, [&]<class T>(std::type_identity<T>) {
    const T* from = values.data<T>();
    T* to = reinterpret_cast<T*>(storage_.data());
    for_each_row([&](int64_t offset, int64_t count, int64_t stride) {
      for (int64_t i = 0; i < count; ++i) to[offset + i * stride] = *from++;
    });
  });
}

template <class From, class To> static void convert_row(const NdArray& from, NdArray& to) {
  const From* source = from.data<From>();
  To* target = to.data<To>();
  for (int64_t i = 0; i < from.element_count(); ++i) target[i] = convert_element<To>(source[i]);
}

NdArray NdArray::to(DType dtype) const {
  if (dtype == dtype_) return *this;
  const NdArray source = contiguous();
  NdArray converted = empty(dtype, extents_);
  visit_element(dtype_, [&]<class From>(std::type_identity<From>) {
    visit_element(dtype, [&]<class To>(std::type_identity<To>) { convert_row<From, To>(source, converted); });
  });
  return converted;
}

bool NdArray::operator==(const NdArray& other) const {
  if (dtype_ != other.dtype_ || extents_ != other.extents_) return false;
  const NdArray a = contiguous(), b = other.contiguous();
  return visit_element(dtype_, [&]<class T>(std::type_identity<T>) {
    const T *x = a.data<T>(), *y = b.data<T>();
    for (int64_t i = 0; i < a.element_count(); ++i)
      if (!(x[i] == y[i])) return false;
    return true;
  });
}

bool same_bits(const NdArray& a, const NdArray& b) {
  if (a.dtype() != b.dtype() || a.extents() != b.extents()) return false;
  const NdArray x = a.contiguous(), y = b.contiguous();
  return std::memcmp(x.bytes(), y.bytes(), static_cast<size_t>(x.size_bytes())) == 0;
}

std::string describe(const NdArray& array) { return concat(name_of(array.dtype()), " ", bracketed(array.extents())); }

}  // namespace stator
