// From a program's graph to an executable: the one entrance to the compiler that the DSL and user code see.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/interface/graph.h"

namespace stator {

class Executable;
class Profile;

/// `batch = 32`: a symbol's number for one compilation.
struct Binding {
  Symbol symbol = symbol::none;
  long number = 0;
};

struct CompileOptions {
  /// Instruction set: `native` (this host's best), or a target by its name (docs/aot.md lists them).
  std::string target = "native";
  /// The functions to compile, by name; empty: all of the program's.
  std::vector<std::string> functions = {};
  /// Threads that run the functions; 0: one for each core. The code, and every bit of its results, is the same.
  int threads = 0;
  /// A phase by its name in compiler/pipeline/phases.h: the IR after it goes to standard output. Or a kernel by its
  /// name in a profile (`kernel3`, `train_step.kernel*`): its fusion, its loops and its assembly do. Empty: none.
  std::string dump = {};
  /// Phases, by name, that leave out what only makes programs faster or smaller: `simplify`, `reassociate`,
  /// `winograd`, `blocks`, `attention` and `recompute` do nothing then, `layout` moves images around each convolution,
  /// `fuse` makes a kernel of each op, `plan-memory` uses no byte twice, `lower-cpu` gives each kernel a parallel region
  /// of its own, and knows no tuned schedules, reads ahead and shortcuts around zeros. Programs mean the same.
  std::vector<std::string> disabled_phases = {};
  /// `f32`: every value as the program declares it. `bf16`: the factors of f32 products (of matrices, convolutions,
  /// attention, and their gradients) are rounded to bf16 and summed up in f32; all else stays f32 (docs/numerics.md).
  std::string precision = "f32";
  /// How factors of bf16 are multiplied: `widen` (each as f32; any target), `dot` (pairs of them, by AVX512_BF16's
  /// instructions, on `x86-64-v4`), `tile` (squares of them, by AMX's, on the same), or `chosen`: for each product the
  /// fastest that this host has where the target is `native`, else `widen`.
  std::string bf16_products = "chosen";
  /// The most bytes that the arena of one call may take: all that it needs beside state, inputs and results. What would
  /// wait in memory is computed again until the plan fits, products, convolutions and norms too, cheapest first for
  /// each byte (as PyTorch's activation_memory_budget does, but in bytes and not as a part of what is kept). Values
  /// stay the same up to what they are fused with. 0: none; then only what costs next to nothing is computed again.
  int64_t memory_budget = 0;
  /// Folder of the kernel cache. Empty: $STATOR_CACHE, then the user's cache folder. `off` means none.
  std::string cache = {};
  /// The most bytes that the cache may take; what was not used for longest goes first. Below 0: $STATOR_CACHE_MIB
  /// mebibytes, then 512.
  int64_t cache_bytes = -1;
  /// The executable has its kernels alone (`Executable::kernel_code`), for who runs the functions' tables himself:
  /// their entries are null. Compiles fastest for small functions.
  bool kernels_only = false;
  /// Watches the calls of the functions (runtime/profile/profile.h); several compilations may share one. The code is
  /// the same. Null: none.
  std::shared_ptr<Profile> profile = {};
};

/// The target that CompileOptions::target means on this host: never `native`.
/// Errors: UserError for an unknown target, or one that this host lacks.
std::string name_of_target(const std::string& target);

/// Binds every symbol, and takes the graph through all phases to machine code in memory.
/// Errors: UserError for an unbound symbol, a bound below 1, an unknown phase, kernel, target or precision, a memory
/// budget that cannot be kept, or a graph that does not verify.
std::shared_ptr<const Executable> compile(const ProgramGraph& program, const std::vector<Binding>& bindings,
                                          const CompileOptions& options = {});

}  // namespace stator
