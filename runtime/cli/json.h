// What a program reports to other programs.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/atomic_file.h"

namespace stator::cli {

using stator::check_writable;

/// A JSON value; members of an object stay in the order in which they were set. Not-a-number and infinities are null.
class Json {
 public:
  static Json object();
  static Json array();

  Json(bool value);
  Json(double value);
  Json(std::string_view value);
  Json(const char* value) : Json(std::string_view(value)) {}
  Json(const std::string& value) : Json(std::string_view(value)) {}
  template <std::integral T> requires(!std::same_as<T, bool>)
  Json(T value) : Json(Whole{static_cast<int64_t>(value)}) {}

  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(Json other) noexcept;
  ~Json();

  /// Sets a member. Errors: InternalError where this is not an object.
  Json& set(std::string_view name, const Json& value);
  /// Adds an element. Errors: InternalError where this is not an array.
  Json& push(const Json& value);

  /// Indented by two blanks, with a line's end.
  std::string text() const;
  /// Errors: UserError where the path cannot be written. `check_writable` says so before the work.
  void write(const std::string& path) const;

 private:
  struct Value;
  struct Whole {
    int64_t value;
  };
  explicit Json(Whole whole);
  explicit Json(std::unique_ptr<Value> value);

  std::unique_ptr<Value> value_;
};

}  // namespace stator::cli
