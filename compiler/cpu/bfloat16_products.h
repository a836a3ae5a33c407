// Which instructions multiply factors of bf16: a choice for each target, by what processors make of them.
#pragma once

#include <string_view>

#include "compiler/cpu/target.h"

namespace stator::cpu {

/// `target` with its way to multiply factors of bf16. `widen`: each as f32, on any target. The others are
/// `x86-64-v4`'s alone. `dot`: pairs of them by `vdpbf16ps`; the target's name then ends in `+bf16`. `tile`: squares of
/// them by AMX's `tdpbf16ps` wherever it can take a product, else pairs; the name ends in `+amx-everywhere`. `chosen`:
/// the fastest on this host's family of processors where `isHost` says that the target stands for this host, else
/// `widen`; with AMX the name ends in `+amx`, and each product has squares or pairs by what they cost.
/// Errors: UserError for another name, and for `dot` and `tile` where the target or this host has no such instructions.
Target withProducts(Target target, std::string_view products, bool isHost);

/// Whether this host can run `dot` on `x86-64-v4`.
bool hostHasDot();

/// Whether this host can run `tile` on `x86-64-v4`: it has AMX, and the system lets this process use it, which is asked
/// for once, the first time.
bool hostHasTiles();

/// From now on AMX's instructions run in this process though its processor has none, as under an emulator; or, with
/// `false`, no longer. `tile` may then be asked for; `chosen` never is, for that.
void emulateTiles(bool emulated);

/// `x86-64-v4` with AMX as `chosen` or, `everywhere`, as `tile` has it: `withProducts` without its questions.
Target withTiles(Target target, bool everywhere = false);

/// Multiply-adds of `vdpbf16ps` and of `tdpbf16ps` for each of f32's, at best, on the family of processors that LLVM
/// calls `cpu`; 0: not known, or none.
double dotRate(std::string_view cpu);
double tileRate(std::string_view cpu);

}  // namespace stator::cpu
