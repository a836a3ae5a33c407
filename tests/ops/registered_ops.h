// What the dialect has.
#pragma once

#include <string>
#include <vector>

namespace stator::tests {

/// The names of all ops of the stator dialect, without `stator.`.
std::vector<std::string> registered_ops();

}  // namespace stator::tests
