// Instruction sets that CPU code is made for. Generated code depends on the name alone, never on this host's caches.
#pragma once

#include <string>
#include <string_view>

namespace stator::cpu {

struct Target {
  std::string name;      ///< `x86-64`, `x86-64-v2`, `x86-64-v3`, `x86-64-v4`, `aarch64` or `wasm32`; never `native`
  std::string triple;    ///< LLVM's name of architecture and system
  std::string cpu;       ///< LLVM's target-cpu
  std::string features;  ///< LLVM's target-features beyond those of `cpu`
  std::string tuning;    ///< LLVM's tune-cpu: instruction costs, not the instruction set
  int level = 0;         ///< of the x86-64 psABI; 0: every host of the architecture runs its code
  int vectorBits = 128;
  int registers = 16;  ///< vector registers
  bool fma = false;    ///< without it a fused multiply-add would be a call to libm
  bool masks = false;  ///< masked loads and stores are instructions
  int pointerBytes = 8;
  bool multipliesPairs = false;  ///< of bf16, by `vdpbf16ps` (compiler/cpu/bfloat16_products.h)
  bool multipliesTiles = false;  ///< of bf16, by AMX's `tdpbf16ps`
  bool tilesEverywhere = false;  ///< wherever AMX can take a product, not only where it is the fastest
  /// Kernels leave out zeros around images, ask for memory ahead, and follow the table of tuned schedules. False where
  /// `lower-cpu` is told to improve nothing.
  bool shortcuts = true;

  /// Elements of `elementBits` bits in one vector register.
  int lanes(int elementBits = 32) const { return vectorBits / elementBits; }
};

/// The target of that name, whether this host can run its code or not; `native` is the best level that this host has,
/// and a triple such as `aarch64-linux-gnu` means the plainest level of its architecture. Errors: UserError for an
/// unknown name.
Target knownTarget(std::string_view name);

/// The same for code that is to run here. Errors: UserError for an unknown name or a level that this host lacks.
Target resolveTarget(std::string_view name);

/// Whether this host can run code for the target of that name. False for unknown names.
bool hostSupports(std::string_view name);

}  // namespace stator::cpu
