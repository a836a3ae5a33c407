// Instruction sets that CPU code is made for: the levels of the x86-64 psABI.
#include "compiler/cpu/target.h"

#include <array>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

/// From the best to the plainest. `x86-64-v4` is tuned as for Zen 4: its own tuning prefers 256-bit vectors.
const std::array<Target, 3>& levels() {
  static const std::array<Target, 3> all{{
      {"x86-64-v4", "", "znver4", 512, 32, true, true},
      {"x86-64-v3", "", "haswell", 256, 16, true, true},
      {"x86-64", "", "generic", 128, 16, false, false},
  }};
  return all;
}

/// The extensions that code for a level uses beyond the plain instruction set.
llvm::ArrayRef<const char*> extensionsOf(std::string_view name) {
  static constexpr const char* v3[]{"avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"};
  static constexpr const char* v4[]{"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2", "fma", "bmi2"};
  if (name == "x86-64-v4") return v4;
  if (name == "x86-64-v3") return v3;
  return {};
}

}  // namespace

bool hostSupports(std::string_view name) {
  bool known = false;
  for (const Target& level : levels()) known |= level.name == name;
  if (!known) return false;
  static const llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  for (const char* extension : extensionsOf(name))
    if (!host.lookup(extension)) return false;
  return true;
}

Target resolveTarget(std::string_view name) {
  for (const Target& level : levels()) {
    if (name == "native" && hostSupports(level.name)) return level;
    if (name != level.name) continue;
    if (hostSupports(name)) return level;
    throw UserError("target: this host lacks instructions of '" + std::string(name) + "'; its best is '" +
                    resolveTarget("native").name + "'");
  }
  throw UserError("target: '" + std::string(name) + "' is not one of native, x86-64, x86-64-v3, x86-64-v4");
}

}  // namespace stator::cpu
