// Compiles a function of stator ops for every target of this host, and holds it to the interpreter.
#pragma once

#include <string>
#include <vector>

#include "compiler/interface/tensor_value.h"

namespace stator::tests {

struct CheckOptions {
  double tolerance = 1e-5;    ///< of max|a - b| / max|b| for each result
  bool fuse = true;           ///< false: the text holds fusions already
  double low = -2, high = 2;  ///< operands are drawn from here; whole numbers from [0, high)
};

/// What a function was compiled to: enough to see how ops were grouped.
struct Compiled {
  std::vector<std::string> kinds;  ///< of its fusions, in order
  int64_t arena_bytes = 0;
};

/// `text` is a module with a function @main. Arguments without `stator.slot` or `stator.argument` are inputs; results
/// without `stator.update` are results. Requires on every target that results and updated slots agree with the
/// interpreter's, and that chunks give the same bits one after the other, backwards, and on two threads.
Compiled check_function(const std::string& text, const CheckOptions& options = {});

}  // namespace stator::tests
