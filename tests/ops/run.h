// Running a graph both ways: compiled, and by the reference interpreter.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/interface/compile.h"
#include "compiler/interface/interpret.h"
#include "runtime/session.h"

namespace stator::tests {

/// The options of tests: no cache, so that what is tested is what was just built, and two threads.
CompileOptions test_options();

/// The instruction sets that this host has, the smallest first.
std::vector<std::string> host_targets();

/// A compiled program without parameters at work: its state is what `init` gives for seed 0.
class CompiledProgram {
 public:
  /// `rows`: what `batch` is bound to. A call that gives fewer leaves some unused.
  CompiledProgram(const ProgramGraph& program, long rows, const CompileOptions& options = test_options());

  std::vector<TensorValue> run(const std::string& function, const std::vector<TensorValue>& inputs);

 private:
  State state_;
  Session session_;
};

/// The results of a function as the interpreter computes them, all in f64, on the state that `init` gives for seed 0.
std::vector<TensorValue> interpreted(const ProgramGraph& program, const std::string& function, long rows,
                                     const std::vector<TensorValue>& inputs, Arithmetic arithmetic = Arithmetic::exact);

}  // namespace stator::tests
