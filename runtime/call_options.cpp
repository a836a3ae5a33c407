// Scalars of a call, by name.
#include "runtime/call_options.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {
namespace {

int64_t cell_of(const ArgumentFacts& argument, double value) {
  int64_t cell = 0;
  if (argument.dtype == DType::i64) return static_cast<int64_t>(value);
  if (argument.dtype == DType::f64) return std::bit_cast<int64_t>(value);
  const float narrow = static_cast<float>(value);
  std::memcpy(&cell, &narrow, sizeof narrow);
  return cell;
}

/// What `lr` and `momentum` of a call stand for: these arguments, of every group (`lr.head`). Adam's is its beta1.
bool is_lr(std::string_view name) { return name == "lr" || name.starts_with("lr."); }
bool is_momentum(std::string_view name) {
  const std::string_view key = name.substr(0, name.find('.'));
  return key == "momentum" || key == "beta1";
}

/// What a call gives for an argument; what it gives by name goes first.
const double* given(const CallOptions& options, std::string_view name) {
  for (const auto& [key, value] : options.arguments)
    if (key == name) return &value;
  if (options.lr && is_lr(name)) return &*options.lr;
  if (options.momentum && is_momentum(name)) return &*options.momentum;
  return nullptr;
}

}  // namespace

void check_argument_names(const CompiledFunction& function, const CallOptions& options) {
  for (const auto& [key, value] : options.arguments) {
    const bool known = std::any_of(function.arguments.begin(), function.arguments.end(),
                                   [&](const ArgumentFacts& argument) { return argument.name == key; });
    if (!known) throw UserError(concat(function.name, ": no argument is called '", key, "'"));
  }
  const bool has_momentum = std::any_of(function.arguments.begin(), function.arguments.end(),
                                        [](const ArgumentFacts& argument) { return is_momentum(argument.name); });
  if (options.momentum && !has_momentum)
    throw UserError(
        concat(function.name, ": a momentum of ", *options.momentum, " is given, but no optimizer has one"));
}

int64_t argument_cell(const ArgumentFacts& argument, const CallOptions& options) {
  const double* value = given(options, argument.name);
  return cell_of(argument, value ? *value : argument.default_value);
}

}  // namespace stator
