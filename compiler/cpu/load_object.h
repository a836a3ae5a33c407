// Puts object files into executable memory and finds their functions.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stator::cpu {

/// Linked machine code. It lives as long as a copy of `code` does.
class LoadedObjects {
 public:
  /// Errors: InternalError where an object is damaged or needs a symbol beyond memcpy, memset, memmove and libm.
  explicit LoadedObjects(const std::vector<std::string>& objects);

  /// The address of a public function. Errors: InternalError where there is none of that name.
  void* find(std::string_view name) const;

  template <class Function> Function* find(std::string_view name) const {
    return reinterpret_cast<Function*>(find(name));
  }

  /// Keeps the code alive, whoever holds it.
  std::shared_ptr<void> code() const;

 private:
  struct Session;
  std::shared_ptr<Session> session_;
};

}  // namespace stator::cpu
