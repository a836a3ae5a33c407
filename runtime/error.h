// The three kinds of failure: what a user did, what Stator did, what a device did. They are different types on purpose.
#pragma once

#include <stdexcept>

namespace stator {

/// Bad input. what() is one clear sentence: the thing, the broken rule, and both values.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A broken invariant of Stator itself.
class InternalError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An accelerator or its driver failed or is missing.
class DeviceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace stator
