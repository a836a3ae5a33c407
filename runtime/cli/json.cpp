// Json over nlohmann's ordered_json.
#include "runtime/cli/json.h"

#include <nlohmann/json.hpp>

#include "runtime/error.h"

namespace stator::cli {

struct Json::Value {
  nlohmann::ordered_json json;
};

Json::Json(std::unique_ptr<Value> value) : value_(std::move(value)) {}
Json::Json(bool value) : value_(new Value{value}) {}
Json::Json(double value) : value_(new Value{value}) {}
Json::Json(std::string_view value) : value_(new Value{value}) {}
Json::Json(Whole whole) : value_(new Value{whole.value}) {}
Json::Json(const Json& other) : value_(new Value(*other.value_)) {}
Json::Json(Json&&) noexcept = default;
Json::~Json() = default;

Json& Json::operator=(Json other) noexcept {
  value_.swap(other.value_);
  return *this;
}

Json Json::object() { return Json(std::unique_ptr<Value>(new Value{nlohmann::ordered_json::object()})); }

Json Json::array() { return Json(std::unique_ptr<Value>(new Value{nlohmann::ordered_json::array()})); }

Json& Json::set(std::string_view name, const Json& value) {
  if (!value_->json.is_object()) throw InternalError("json: a member was set on a value that is not an object");
  value_->json[std::string(name)] = value.value_->json;
  return *this;
}

Json& Json::push(const Json& value) {
  if (!value_->json.is_array()) throw InternalError("json: an element was added to a value that is not an array");
  value_->json.push_back(value.value_->json);
  return *this;
}

std::string Json::text() const {
  constexpr auto replace_bad_utf8 = nlohmann::ordered_json::error_handler_t::replace;
  return value_->json.dump(2, ' ', false, replace_bad_utf8) + "\n";
}

void Json::write(const std::string& path) const { write_file_atomically(path, text()); }

}  // namespace stator::cli
