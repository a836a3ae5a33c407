// Which instructions multiply factors of bf16: a choice for each target, by what processors make of them.
#include "compiler/cpu/bfloat16_products.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

struct DotRate {
  std::string_view cpu;
  double rate;
};

/// Source: a loop of each on a Zen 5 (478 and 240 GFLOP/s); for others the throughputs of LLVM 19's scheduling models
/// (`llvm-mca`), in which a `vdpbf16ps` counts as two multiply-adds.
constexpr DotRate dotRates[]{
    {"cooperlake", 2.0},    {"sapphirerapids", 1.0}, {"emeraldrapids", 1.0},
    {"graniterapids", 1.0}, {"znver4", 0.67},        {"znver5", 2.0},
};

}  // namespace

double dotRate(std::string_view cpu) {
  for (const DotRate& each : dotRates)
    if (each.cpu == cpu) return each.rate;
  return 0;
}

bool hostHasDot() {
  static const bool has = hostSupports("x86-64-v4") && llvm::sys::getHostCPUFeatures().lookup("avx512bf16");
  return has;
}

Target withProducts(Target target, std::string_view products, bool isHost) {
  const bool canDot = target.name == "x86-64-v4" && hostHasDot();
  if (products == "widen") return target;
  if (products == "chosen") {
    if (!isHost || !canDot || dotRate(llvm::sys::getHostCPUName().str()) < 1) return target;
  } else if (products != "dot") {
    throw UserError("bf16_products: '" + std::string(products) + "' is not one of chosen, widen, dot");
  } else if (!canDot) {
    throw UserError("bf16_products: 'dot' needs the target x86-64-v4 and a host with AVX512_BF16, not '" + target.name +
                    (hostHasDot() ? "'" : "' on this host"));
  }
  target.name += "+bf16";
  target.features = "+avx512bf16";
  target.multipliesPairs = true;
  return target;
}

}  // namespace stator::cpu
