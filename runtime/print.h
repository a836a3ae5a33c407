// Run-time tensors as text, the way PyTorch prints them.
#pragma once

#include <ostream>
#include <string>

#include "runtime/ndarray.h"

namespace stator {

/// `tensor([[1., 2.], [3., 4.]])`, over several lines; over 1,000 elements, three at each end of every axis.
/// Source: torch/_tensor_str.py, with its default options; a dtype other than f32, i64 and bool is named.
std::string to_string(const NdArray& array);

std::ostream& operator<<(std::ostream& out, const NdArray& array);

}  // namespace stator
