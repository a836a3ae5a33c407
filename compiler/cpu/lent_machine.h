// LLVM's description of a target, which serves one module after the other: finding out what it can do takes longer than
// a small kernel's optimisation.
#pragma once

#include <memory>

#include "compiler/cpu/target.h"

namespace llvm {
class TargetMachine;
}

namespace stator::cpu {

/// A target machine for one module at a time, on one thread. Errors: InternalError where LLVM does not know the target.
class LentMachine {
 public:
  explicit LentMachine(const Target& target);
  ~LentMachine();
  LentMachine(const LentMachine&) = delete;
  LentMachine& operator=(const LentMachine&) = delete;

  llvm::TargetMachine& operator*() const { return *machine_; }

 private:
  std::unique_ptr<llvm::TargetMachine> machine_;
};

}  // namespace stator::cpu
