// Short lists, such as an op's operands, that ask for no memory.
#pragma once

#include <boost/container/small_vector.hpp>
#include <span>

namespace stator::eager {

template <class T> using Few = boost::container::small_vector<T, 4>;

template <class T> std::span<const T> span_of(const Few<T>& few) { return {few.data(), few.size()}; }

}  // namespace stator::eager
