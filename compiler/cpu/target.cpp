// Instruction sets that CPU code is made for: the levels of the x86-64 psABI, 64-bit ARM with NEON, and WebAssembly
// with 128-bit vectors.
#include "compiler/cpu/target.h"

#include <array>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

constexpr const char* intel = "x86_64-pc-linux-gnu";
constexpr const char* arm = "aarch64-unknown-linux-gnu";
constexpr const char* wasm = "wasm32-unknown-unknown";

/// From the best to the plainest of each architecture. `x86-64-v4` is tuned as for Zen 4: its own tuning prefers
/// 256-bit vectors.
const std::array<Target, 6>& levels() {
  static const std::array<Target, 6> all{{
      {"x86-64-v4", intel, "x86-64-v4", "", "znver4", 4, 512, 32, true, true},
      {"x86-64-v3", intel, "x86-64-v3", "", "haswell", 3, 256, 16, true, true},
      {"x86-64-v2", intel, "x86-64-v2", "", "generic", 2, 128, 16, false, false},
      {"x86-64", intel, "x86-64", "", "generic", 0, 128, 16, false, false},
      {"aarch64", arm, "generic", "+neon", "generic", 0, 128, 32, true, false},
      {"wasm32", wasm, "generic", "+simd128,+bulk-memory", "generic", 0, 128, 16, false, false, 4},
  }};
  return all;
}

/// The extensions that code for a level uses beyond the plain instruction set.
llvm::ArrayRef<const char*> extensionsOf(std::string_view name) {
  static constexpr const char* v2[]{"sse3", "ssse3", "sse4.1", "sse4.2", "popcnt"};
  static constexpr const char* v3[]{"avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"};
  static constexpr const char* v4[]{"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2", "fma", "bmi2"};
  if (name == "x86-64-v4") return v4;
  if (name == "x86-64-v3") return v3;
  if (name == "x86-64-v2") return v2;
  return {};
}

const Target* levelNamed(std::string_view name) {
  for (const Target& level : levels())
    if (level.name == name) return &level;
  return nullptr;
}

/// The plainest level of the architecture and system that a triple names, as `aarch64-linux-gnu`.
const Target* levelOfTriple(std::string_view name) {
  const llvm::Triple triple(llvm::Triple::normalize(name));
  for (const Target& level : llvm::reverse(levels())) {
    const llvm::Triple own(level.triple);
    if (triple.getArch() == own.getArch() && triple.getOS() == own.getOS()) return &level;
  }
  return nullptr;
}

bool hostSupports(const Target& level) {
  static const llvm::Triple::ArchType here = llvm::Triple(llvm::sys::getProcessTriple()).getArch();
  static const llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  if (llvm::Triple(level.triple).getArch() != here) return false;
  for (const char* extension : extensionsOf(level.name))
    if (!host.lookup(extension)) return false;
  return true;
}

}  // namespace

bool hostSupports(std::string_view name) {
  const Target* level = levelNamed(name);
  return level && hostSupports(*level);
}

Target knownTarget(std::string_view name) {
  if (const Target* level = levelNamed(name)) return *level;
  if (const Target* level = levelOfTriple(name)) return *level;
  std::string names = "native";
  for (const Target& level : levels()) {
    if (name == "native" && hostSupports(level)) return level;
    names += ", " + level.name;
  }
  throw UserError("target: '" + std::string(name) + "' is not one of " + names);
}

Target resolveTarget(std::string_view name) {
  Target target = knownTarget(name);
  if (hostSupports(target)) return target;
  throw UserError("target: this host lacks instructions of '" + std::string(name) + "'; its best is '" +
                  knownTarget("native").name + "'");
}

}  // namespace stator::cpu
