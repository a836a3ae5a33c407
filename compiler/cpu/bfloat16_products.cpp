// Which instructions multiply factors of bf16: a choice for each target, by what processors make of them.
#include "compiler/cpu/bfloat16_products.h"

#include <atomic>

#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "runtime/error.h"

#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace stator::cpu {
namespace {

struct Rates {
  std::string_view cpu;
  double dot;
  double tile;
};

/// Source of `dot`: a loop of each on a Zen 5 (478 and 240 GFLOP/s); for others the throughputs of LLVM 19's scheduling
/// models (`llvm-mca`), in which a `vdpbf16ps` counts as two multiply-adds. Of `tile`, not measured: Intel 64 and IA-32
/// Architectures Optimization Reference Manual, chapter 20: a `tdpbf16ps` of 16 x 16 x 32 starts every 16 cycles, which
/// is 512 multiply-adds a cycle, and f32's are 32.
constexpr Rates rates[]{
    {"cooperlake", 2.0, 0},       {"sapphirerapids", 1.0, 16}, {"emeraldrapids", 1.0, 16}, {"graniterapids", 1.0, 16},
    {"graniterapids-d", 1.0, 16}, {"znver4", 0.67, 0},         {"znver5", 2.0, 0},
};

Rates ratesOf(std::string_view cpu) {
  for (const Rates& each : rates)
    if (each.cpu == cpu) return each;
  return {cpu, 0, 0};
}

std::atomic<bool> tilesAreEmulated = false;

/// Asks for the registers' part in this process's state. No: the kernel is too old, or an alternate signal stack of
/// this process is too small for it.
bool systemPermitsTiles() {
#if defined(__linux__) && defined(__x86_64__)
  constexpr long requestPermission = 0x1023, tileData = 18;  // ARCH_REQ_XCOMP_PERM, XTILEDATA
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return false;
#endif
}

/// Errors: UserError where `can` is false.
void require(bool can, std::string_view products, const char* instructions, const Target& target) {
  const bool isLevel = target.name == "x86-64-v4";
  if (can && isLevel) return;
  throw UserError("bf16_products: '" + std::string(products) + "' needs the target x86-64-v4 and a host with " +
                  instructions + ", not '" + target.name + (isLevel ? "' on this host" : "'"));
}

Target withDot(Target target) {
  target.name += "+bf16";
  target.features = "+avx512bf16";
  target.multipliesPairs = true;
  return target;
}

}  // namespace

double dotRate(std::string_view cpu) { return ratesOf(cpu).dot; }

double tileRate(std::string_view cpu) { return ratesOf(cpu).tile; }

bool hostHasDot() {
  static const bool has = hostSupports("x86-64-v4") && llvm::sys::getHostCPUFeatures().lookup("avx512bf16");
  return has;
}

bool hostHasTiles() {
  static const bool has = [] {
    const llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
    return hostHasDot() && features.lookup("amx-tile") && features.lookup("amx-bf16") && systemPermitsTiles();
  }();
  return has;
}

void emulateTiles(bool emulated) { tilesAreEmulated = emulated; }

Target withTiles(Target target, bool everywhere) {
  target.name += everywhere ? "+amx-everywhere" : "+amx";
  target.tilesEverywhere = everywhere;
  target.features = "+avx512bf16,+amx-tile,+amx-bf16";
  target.multipliesPairs = target.multipliesTiles = true;
  return target;
}

Target withProducts(Target target, std::string_view products, bool isHost) {
  if (products == "widen") return target;
  if (products == "dot") {
    require(hostHasDot(), products, "AVX512_BF16", target);
    return withDot(std::move(target));
  }
  if (products == "tile") {
    require(hostHasTiles() || (tilesAreEmulated && hostHasDot()), products, "AMX", target);
    return withTiles(std::move(target), /*everywhere=*/true);
  }
  if (products != "chosen")
    throw UserError("bf16_products: '" + std::string(products) + "' is not one of chosen, widen, dot, tile");
  if (!isHost || target.name != "x86-64-v4" || !hostHasDot()) return target;
  const Rates host = ratesOf(llvm::sys::getHostCPUName().str());
  if (host.tile > host.dot && hostHasTiles()) return withTiles(std::move(target));
  return host.dot < 1 ? target : withDot(std::move(target));
}

}  // namespace stator::cpu
