// Putting messages together.
#pragma once

#include <sstream>
#include <string>
#include <utility>

namespace stator {

/// All parts, one after the other, as `operator<<` writes them.
template <class... Parts> std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// `a, b, c`.
template <class Range> std::string joined(const Range& range, const char* separator = ", ") {
  std::ostringstream out;
  const char* before = "";
  for (const auto& item : range) out << std::exchange(before, separator) << item;
  return out.str();
}

/// `[32, 784]`.
template <class Range> std::string bracketed(const Range& range) { return concat("[", joined(range), "]"); }

}  // namespace stator
