// Compiled functions, however they were made: by JIT, from the cache, or ahead of time. Knows no LLVM.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/interface/tensor_spec.h"
#include "runtime/abi.h"
#include "runtime/step_table.h"

namespace stator {

/// A tensor that crosses the boundary of a compiled function: extents bound to numbers, and the symbols they came from.
struct TensorFacts {
  DType dtype = DType::f32;
  std::vector<int64_t> extents;
  std::vector<Symbol> symbols;  // per axis; `none` for a number
  int64_t classes = 0;          // labels and indices of tables lie in [0, classes); 0: neither

  int64_t element_count() const;
  int64_t size_bytes() const;
};

/// A scalar argument of a call: a float (`lr`) or an int64 (`seed`, `valid.batch`).
struct ArgumentFacts {
  std::string name;
  DType dtype = DType::f32;  // f32 or i64
  double default_value = 0;
};

struct CompiledFunction {
  std::string name;
  std::vector<TensorFacts> inputs;
  std::vector<TensorFacts> results;
  std::vector<ArgumentFacts> arguments;
  int64_t arena_bytes = 0;
  int64_t live_bytes = 0;  // of the arena's values where most are alive: no plan for this order of kernels needs less
  std::string widest_kernel;  // the one that the arena is so large for: `convolution, relu of conv2`
  StepTable table;
  StatorFunction entry = nullptr;
};

/// Milliseconds that one phase took.
struct PhaseTime {
  std::string phase;
  double milliseconds = 0;
};

class Executable {
 public:
  std::vector<CompiledFunction> functions;
  int64_t state_bytes = 0;  // the size of the program's state block
  std::vector<KernelFacts> kernels;
  std::vector<StatorKernel> kernel_code;  // of each kernel, for profiles; empty where none was asked for
  std::vector<PhaseTime> phase_times;
  bool from_cache = false;
  std::shared_ptr<void> code;  // keeps the machine code alive

  /// Errors: UserError where no function has that name; it lists those there are.
  const CompiledFunction& function(std::string_view name) const;
};

/// `import 1.2 ms, mask 0.3 ms, ...`, or that it came from the cache.
std::string time_report(const Executable& executable);

}  // namespace stator
