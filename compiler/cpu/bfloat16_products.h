// Which instructions multiply factors of bf16: a choice for each target, by what processors make of them.
#pragma once

#include <string_view>

#include "compiler/cpu/target.h"

namespace stator::cpu {

/// `target` with its way to multiply factors of bf16. `widen`: each as f32, on any target. `dot`: pairs of them by
/// `vdpbf16ps`, which `x86-64-v4` alone can have; the target's name then ends in `+bf16`. `chosen`: `dot` where
/// `isHost` says that the target stands for this host, and its family of processors does them at least as fast as
/// f32's. Errors: UserError for another name, and for `dot` where the target or this host has no such instructions.
Target withProducts(Target target, std::string_view products, bool isHost);

/// Whether this host can run `dot` on `x86-64-v4`.
bool hostHasDot();

/// Multiply-adds of `vdpbf16ps` for each of f32's, at best, on the family of processors that LLVM calls `cpu`; 0: not
/// known.
double dotRate(std::string_view cpu);

}  // namespace stator::cpu
