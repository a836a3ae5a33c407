// Inputs of fewer rows than a function was compiled for: checking them, and filling the unused rows.
#include "runtime/staging.h"

#include <algorithm>
#include <cstring>

#include "runtime/element.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {

namespace {

/// `[batch <= 32, 784]`.
std::string expected(const TensorFacts& facts) {
  std::vector<std::string> extents;
  for (size_t i = 0; i < facts.extents.size(); ++i)
    extents.push_back(facts.symbols[i] == symbol::none
                          ? std::to_string(facts.extents[i])
                          : concat(symbol::name_of(facts.symbols[i]), " <= ", facts.extents[i]));
  return bracketed(extents);
}

void copy_axis(const std::byte* from, std::byte* to, const NdArray& array, const NdArray& whole, int axis) {
  const int64_t element = size_bytes(array.dtype());
  if (axis == array.rank()) return void(std::memcpy(to, from, element));
  const bool rest_is_equal =
      std::equal(array.extents().begin() + axis + 1, array.extents().end(), whole.extents().begin() + axis + 1);
  for (int64_t i = 0; i < whole.extent(axis); ++i) {
    const std::byte* source = from + std::min(i, array.extent(axis) - 1) * array.strides()[axis] * element;
    std::byte* target = to + i * whole.strides()[axis] * element;
    if (rest_is_equal) std::memcpy(target, source, whole.strides()[axis] * element);
    else copy_axis(source, target, array, whole, axis + 1);
  }
}

}  // namespace

void take_extents(const TensorFacts& facts, const NdArray& array, const InputName& where, std::vector<int64_t>& valid) {
  auto refuse = [&](const std::string& rule) {
    throw UserError(concat(where, " ", rule, ": ", describe(array), " given, ", name_of(facts.dtype), " ",
                           expected(facts), " expected"));
  };
  if (array.dtype() != facts.dtype) refuse("has another dtype");
  if (array.rank() != static_cast<int>(facts.extents.size())) refuse("has another rank");
  for (int axis = 0; axis < array.rank(); ++axis) {
    const int64_t given = array.extent(axis), bound = facts.extents[axis];
    if (facts.symbols[axis] == symbol::none) {
      if (given != bound) refuse("has other extents");
      continue;
    }
    if (given < 1 || given > bound) refuse("has more or fewer rows than were compiled for");
    int64_t& known = valid[facts.symbols[axis]];
    if (known != 0 && known != given)
      refuse(concat("disagrees with an earlier input, where ", symbol::name_of(facts.symbols[axis]), " is ", known));
    known = given;
  }
}

void check_labels(const TensorFacts& facts, const NdArray& array, const InputName& where) {
  if (facts.classes == 0) return;
  if (!array.is_contiguous()) return check_labels(facts, array.contiguous(), where);
  visit_element(array.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* numbers = array.data<T>();
    for (int64_t i = 0; i < array.element_count(); ++i) {
      const auto number = convert_element<int64_t>(numbers[i]);
      if (number >= 0 && number < facts.classes) continue;
      throw UserError(concat(where, " has a number outside its classes: element ", i, " holds ", number,
                             ", they are 0 to ", facts.classes - 1));
    }
  });
}

void copy_and_repeat(const NdArray& array, NdArray& whole) {
  if (array.rank() == 0) return void(std::memcpy(whole.bytes(), array.bytes(), array.size_bytes()));
  copy_axis(array.bytes(), whole.bytes(), array, whole, 0);
}

}  // namespace stator
