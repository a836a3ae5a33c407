// A program's options: bound to its own variables, with help.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

namespace stator::cli {

/// Ends a program with a code, after its destructors ran; `run_main` turns it into the exit code.
struct Exit {
  int code = 0;
};

/// Bounds for an option's value, both allowed.
struct Range {
  double least = -std::numeric_limits<double>::infinity();
  double greatest = std::numeric_limits<double>::infinity();
};

constexpr Range at_least(double least) { return {.least = least}; }
constexpr Range between(double least, double greatest) { return {least, greatest}; }

/// Options are named `--epochs`, or `-e,--epochs`. What a variable holds before `parse` is shown as the default.
class Parser {
 public:
  Parser(const std::string& program, const std::string& description);
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  Parser& option(const std::string& names, int64_t& value, const std::string& help, Range range = {});
  Parser& option(const std::string& names, int& value, const std::string& help, Range range = {});
  Parser& option(const std::string& names, double& value, const std::string& help, Range range = {});
  Parser& option(const std::string& names, std::string& value, const std::string& help);
  /// A number of bytes, as `33554432`, `32MB` (10^6) or `32MiB` (2^20).
  Parser& bytes(const std::string& names, int64_t& value, const std::string& help);
  /// Takes no value: given, it is true.
  Parser& flag(const std::string& names, bool& value, const std::string& help);

  /// Fills the variables. `--help` prints to standard output and throws Exit{0}; an unknown option, a missing or
  /// malformed value, or one out of its range prints one sentence to standard error and throws Exit{2}.
  void parse(int argc, const char* const* argv);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stator::cli
