// The kernels of a function in order, as constant tables with one loop over them: code that calls each kernel by itself
// would grow with the number of layers, and so would the time to compile it.
#pragma once

#include <vector>

#include "compiler/cpu/join_regions.h"
#include "compiler/cpu/kernel_library.h"
#include "compiler/memory/buffer.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace stator::cpu {

struct StepOptions {
  bool joins = true;    ///< kernels share parallel regions
  bool entries = true;  ///< there is code that runs the tables; without, `StepTables::entry` gives its table alone
};

/// Collects the steps of functions, and builds the code that runs them.
class StepTables {
 public:
  StepTables(mlir::ModuleOp module, const StepOptions& options)
      : module_(module), builder_(module.getContext()), options_(options) {}

  /// One use of a kernel, with its buffers in the kernel's order, the scratch last; or a loop over steps.
  struct Step {
    const KernelFunction* kernel;  ///< null: a loop
    llvm::SmallVector<memory::Buffer> buffers;
    llvm::SmallVector<Access> accesses;
    std::string layers;
    ir::ScanOp loop;
    std::vector<Step> body;
  };

  /// Builds `name`, which takes a StatorCall and runs `steps` in order; gives its table. `inputs` and `results` are the
  /// numbers of pointers that the call has of each.
  StepTable entry(const std::string& name, llvm::ArrayRef<Step> steps, int64_t inputs, int64_t results);

  /// Builds what all entries share: the table of kernels, and the loop over steps. Call it once, after the last entry.
  void finish();

  /// By their numbers in the tables.
  llvm::ArrayRef<const KernelFunction*> kernels() const { return kernels_; }

 private:
  /// The tables of one function, and where its code finds them.
  struct Tables {
    std::string name;
    StepTable table;
    int64_t inputs;
    int64_t used = 0;  ///< rows of `steps` that code has been made for
    mlir::Value call, bases;
  };

  static constexpr llvm::StringLiteral runnerName = "run_steps";

  void collect(llvm::ArrayRef<Step> steps, Tables& tables);
  void collect(const Step& step, int64_t behind, Tables& tables);
  llvm::SmallVector<OrderedStep> inRegions(llvm::ArrayRef<Step> steps) const;
  void collectLoop(const Step& loop, Tables& tables);
  mlir::Value basesOf(mlir::Value call, int64_t inputs, int64_t results);
  void run(llvm::ArrayRef<Step> steps, Tables& tables);
  void repeat(const Step& loop, Tables& tables);
  int64_t numberOf(const KernelFunction& kernel);
  mlir::func::FuncOp declare(const std::string& name, llvm::ArrayRef<mlir::Type> types, bool isPublic);
  mlir::LLVM::LLVMFuncOp kernelOf(const KernelFunction& kernel);
  void numbers(const std::string& name, llvm::ArrayRef<int64_t> values);
  void kernelTable();
  void runner();
  void regionRunner();
  void joinedChunk();
  void joinedKernel(mlir::func::FuncOp chunk);
  static std::pair<mlir::Value, mlir::Value> addressAt(const kernels::IndexBuilder& ix, mlir::Value bases,
                                                       mlir::Value buffers, mlir::Value at);

  mlir::ModuleOp module_;
  kernels::OpBuilder builder_;
  StepOptions options_;
  std::vector<const KernelFunction*> kernels_;
  llvm::DenseMap<const KernelFunction*, int64_t> numbers_;
  int64_t mostBuffers_ = 1;  ///< of a region
  int64_t mostJoined_ = 1;   ///< kernels of a region
};

}  // namespace stator::cpu
