// Running the functions of an executable: checks and stages inputs, owns arena and results, holds the threads.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "runtime/call_options.h"
#include "runtime/executable.h"
#include "runtime/ndarray.h"
#include "runtime/state.h"
#include "runtime/thread_pool.h"

namespace stator {

class Profile;

/// An executable at work. One call at a time; several sessions may share an executable and a state.
class Session {
 public:
  /// `threads` of 0: as many as the machine has cores. `profile` watches the calls of an executable that was compiled
  /// with one; null: nobody does.
  /// Errors: UserError for a negative number of threads.
  explicit Session(std::shared_ptr<const Executable> executable, int threads = 0,
                   std::shared_ptr<Profile> profile = nullptr);

  /// Runs function `index` on `state`, which it may change. Along a symbolic axis inputs may have fewer elements than
  /// the bound, at least 1: results are those of the exact size, and have that size. Results stay valid until the next
  /// call of that function.
  /// Errors: UserError for a wrong number of inputs, a dtype or extents that differ, symbols that disagree between
  /// inputs, a label outside its classes, an index outside its table, an unknown argument, or a state of another
  /// program. Nothing has run then.
  std::span<const NdArray> call(int index, State& state, std::span<const NdArray* const> inputs,
                                const CallOptions& options = {});

  /// The position of a function. Errors: UserError where there is none of that name.
  int index_of(std::string_view name) const;
  const Executable& executable() const { return *executable_; }
  int threads() const { return pool_->threads(); }

 private:
  /// What one function needs from call to call; made once.
  struct Frame {
    std::vector<NdArray> staged;  // per input; empty until a partial batch needs it
    std::vector<NdArray> whole_results;
    std::vector<NdArray> results;  // of the valid extents
    std::vector<const void*> input_pointers;
    std::vector<void*> result_pointers;
    std::vector<int64_t> argument_cells;
    std::vector<int64_t> valid;  // per symbol; 0: no input has it
    bool partial = false;
  };

  void take_valid_extents(const CompiledFunction& function, Frame& frame, std::span<const NdArray* const> inputs);
  void stage_inputs(const CompiledFunction& function, Frame& frame, std::span<const NdArray* const> inputs);
  void set_arguments(const CompiledFunction& function, Frame& frame, const State& state, const CallOptions& options);
  void trim_results(const CompiledFunction& function, Frame& frame);

  std::shared_ptr<const Executable> executable_;
  std::unique_ptr<ThreadPool> pool_;
  std::shared_ptr<Profile> profile_;
  AlignedBuffer arena_;
  std::vector<Frame> frames_;
};

}  // namespace stator
