// What the runtime's tests share: folders that go away, environment variables that come back, messages of errors.
#pragma once

#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <unistd.h>

#include "runtime/atomic_file.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator::tests {

/// An empty folder that is removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / concat("stator-test-", ::getpid(), "-", count++)) {
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path() const { return path_.string(); }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  /// Writes a file and gives its path.
  std::string file(std::string_view name, std::string_view bytes) const {
    std::ofstream(*this / name, std::ios::binary) << bytes;
    return *this / name;
  }
  size_t file_count() const {
    size_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path_)) ++n;
    return n;
  }

 private:
  inline static std::atomic<int> count{0};
  std::filesystem::path path_;
};

/// An environment variable set, or unset by null, until the end of the scope.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* before = getenv(name)) before_ = before;
    value == nullptr ? unsetenv(name) : setenv(name, value, 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() { before_ ? setenv(name_.c_str(), before_->c_str(), 1) : unsetenv(name_.c_str()); }

 private:
  std::string name_;
  std::optional<std::string> before_;
};

/// The working folder changed until the end of the scope.
class WorkingFolder {
 public:
  explicit WorkingFolder(const std::string& folder) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;
  ~WorkingFolder() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
};

/// The message of the UserError that `body` throws; empty where it throws none.
template <class Body> std::string error_of(Body&& body) {
  try {
    body();
  } catch (const UserError& error) { return error.what(); }
  return "";
}

/// A path below $STATOR_DATA, where it exists.
inline std::optional<std::string> shared_data(std::string_view path) {
  const char* folder = getenv("STATOR_DATA");
  if (folder == nullptr) return std::nullopt;
  const std::string whole = concat(folder, "/", path);
  return std::filesystem::exists(whole) ? std::optional(whole) : std::nullopt;
}

}  // namespace stator::tests
