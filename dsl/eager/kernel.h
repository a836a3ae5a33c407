// A compiled function of an executable, run by its table: eager code has a tensor where a compiled program has a place
// in a block.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "runtime/arena.h"
#include "runtime/executable.h"
#include "runtime/thread_pool.h"

namespace stator::eager {

/// What kernels share while they run: threads, and scratch of the largest size that one asked for.
struct Workspace {
  explicit Workspace(int threads) : pool(threads) {}

  ThreadPool pool;
  AlignedBuffer scratch;
  std::vector<std::byte*> addresses;  ///< of the kernel that runs
  int64_t launches = 0;               ///< kernels that ran
  int64_t moved_bytes = 0;            ///< that they read and wrote

  std::byte* scratch_of(int64_t size_bytes) {
    if (scratch.size_bytes() < size_bytes) scratch = AlignedBuffer::uninitialised(size_bytes);
    return scratch.data();
  }
};

/// Where the tensors of one call lie.
struct KernelCall {
  std::span<std::byte* const> inputs;
  std::span<std::byte* const> results;
  std::span<std::byte* const> slots = {};  ///< of the program's state, one for each slot
  const void* arguments = nullptr;
};

class Kernel {
 public:
  /// `slot_offsets`: where the slots lie in the state block that the function was compiled for.
  /// Errors: InternalError for a function with a loop.
  Kernel(std::shared_ptr<const Executable> executable, int function, std::vector<int64_t> slot_offsets = {});

  void run(const KernelCall& call, Workspace& workspace) const;
  /// The same on the caller's thread alone, with scratch of its own; nothing is counted. `tensors`: inputs, then
  /// results, then slots. For code without arguments and with few tensors.
  void run_alone(std::byte* const* tensors) const;

  /// Whether the code reads input `index` at all.
  bool reads_input(int index) const { return reads_input_[static_cast<size_t>(index)]; }
  /// Leaves out the code of results that are nothing but a copy of the last input; `in_order`: of which results such a
  /// copy has its elements in the input's order. The caller gives the input itself for such a result.
  void leave_out_copies(std::span<const char> in_order);
  /// The input that stands for a result whose code was left out; -1: none.
  int copied_input(int result) const { return copied_input_[static_cast<size_t>(result)]; }
  /// Whether anything is left to run.
  bool has_code() const { return !steps_.empty(); }
  const CompiledFunction& facts() const { return *function_; }
  /// The most tensors that a kernel of `run_alone` may have.
  static constexpr size_t most_places_alone = 32;

 private:
  enum class Base : unsigned char { slot, scratch, arguments, input, result };
  struct Place {
    Base base;
    int index;
    int64_t offset_bytes;
    int tensor;  // among inputs, results and slots; -1: none of them
  };
  struct Step {
    StatorKernel code;
    int64_t chunks;
    size_t first, count;  // of its places
    int64_t bytes;
  };

  void find_addresses(const Step& step, const KernelCall& call, std::byte* scratch, std::byte** addresses) const;
  int result_copied_by(const Step& step) const;
  Place place_of(int64_t base, int64_t offset, const std::vector<int64_t>& slot_offsets) const;

  std::shared_ptr<const Executable> executable_;
  const CompiledFunction* function_;
  std::vector<Step> steps_;
  std::vector<Place> places_;
  std::vector<char> reads_input_;
  std::vector<int> copied_input_;
  size_t most_places_ = 0;
  bool runs_alone_ = true;  // whether `run_alone` may be called
};

}  // namespace stator::eager
