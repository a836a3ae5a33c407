// What a call may choose of a compiled function: learning rate, seed, and other scalars by name.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/executable.h"

namespace stator {

/// What a call may choose; what it does not is the program's default.
struct CallOptions {
  std::optional<double> lr = {};        ///< learning rate, of every group of parameters that `arguments` does not name
  std::optional<double> momentum = {};  ///< the optimizers' momentum; of Adam and AdamW their beta1
  std::optional<int64_t> seed = {};     ///< of random draws; the state's seed by default
  /// Scalar arguments by name: `{"lr.head", 0.01}`.
  std::vector<std::pair<std::string, double>> arguments = {};
};

/// Errors: UserError for an argument that the function does not take.
void check_argument_names(const CompiledFunction& function, const CallOptions& options);

/// An argument's 8 bytes in a StatorCall: what the call gives by name, then its learning rate or momentum, then the
/// default.
int64_t argument_cell(const ArgumentFacts& argument, const CallOptions& options);

}  // namespace stator
