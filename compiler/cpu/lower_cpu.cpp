// Kernels, and an entry for each function: the body of a function becomes a table of kernels in order.
#include "compiler/cpu/lower_cpu.h"

#include "compiler/cpu/fusion/brief.h"
#include "compiler/cpu/kernel_facts.h"
#include "compiler/cpu/lower_to_llvm.h"
#include "compiler/cpu/scratch_plan.h"
#include "compiler/cpu/step_table.h"
#include "compiler/ir/dialect.h"
#include "compiler/ir/tensor_type.h"
#include "mlir/Pass/Pass.h"
#include "runtime/arena.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator::cpu {

namespace func = mlir::func;

namespace {

/// Operands and results by their buffers: what lies at one place has one number, in order of appearance.
llvm::SmallVector<int> placesOf(llvm::ArrayRef<memory::Buffer> buffers, llvm::SmallVector<memory::Buffer>& distinct) {
  llvm::SmallVector<int> places;
  for (const memory::Buffer& buffer : buffers) {
    auto known = llvm::find(distinct, buffer);
    places.push_back(static_cast<int>(known - distinct.begin()));
    if (known == distinct.end()) distinct.push_back(buffer);
  }
  return places;
}

llvm::SmallVector<Access> accessesOf(ir::FusionOp fusion) {
  llvm::SmallVector<Access> accesses;
  const size_t operands = fusion.getNumOperands();
  for (auto [i, buffer] : llvm::enumerate(memory::buffersOf(fusion))) {
    mlir::Value value = i < operands ? fusion.getOperand(i) : fusion.getResult(i - operands);
    accesses.push_back({buffer, memory::sizeBytes(value.getType()), i >= operands});
  }
  return accesses;
}

/// `convolution, relu of conv2`.
std::string describe(const KernelFunction& kernel, const std::string& layers) {
  return layers.empty() ? kernel.facts.operations : concat(kernel.facts.operations, " of ", layers);
}

bool hasNoElements(mlir::Type tensor) { return llvm::cast<mlir::RankedTensorType>(tensor).getNumElements() == 0; }

class ModuleLowering {
 public:
  ModuleLowering(mlir::ModuleOp module, const Target& target, const StepOptions& options)
      : module_(module), tables_(module, options), target_(target) {}

  LoweredModule run(llvm::function_ref<void(const KernelFunction&)> seen) {
    std::vector<func::FuncOp> functions(module_.getOps<func::FuncOp>().begin(), module_.getOps<func::FuncOp>().end());
    LoweredModule lowered;
    std::string prefix;
    for (func::FuncOp function : functions) prefix += function.getName().str() + ".";
    KernelLibrary library(module_, prefix + "kernel", target_);
    for (func::FuncOp function : functions) lowered.functions.push_back(lower(function, library));
    tables_.finish();
    for (const KernelFunction* kernel : tables_.kernels()) {
      lowered.kernels.push_back(kernel->facts);
      if (seen) seen(*kernel);
    }
    for (func::FuncOp function : functions) function.erase();
    for (llvm::StringRef name : {memory::slotOffsetsAttr, ir::bindingsAttr, briefAttr}) module_->removeAttr(name);
    return lowered;
  }

 private:
  CompiledFunction lower(func::FuncOp function, KernelLibrary& library) {
    CompiledFunction compiled = factsOf(function);
    auto live = function->getAttrOfType<mlir::IntegerAttr>(memory::liveBytesAttr);
    if (!live) throw InternalError("lower-cpu: '" + compiled.name + "' has no memory plan");
    compiled.live_bytes = live.getInt();
    compiled.arena_bytes = function->getAttrOfType<mlir::IntegerAttr>(memory::arenaBytesAttr).getInt();
    const ScratchPlan scratch(function);
    std::vector<StepTables::Step> steps = stepsOf(function.getBody().front(), scratch, compiled, library);
    compiled.table =
        tables_.entry(entrySymbol(compiled.name), steps, std::ssize(compiled.inputs), std::ssize(compiled.results));
    return compiled;
  }

  /// The kernels and loops of a block. The arena grows to where what kernels need for a while ends.
  std::vector<StepTables::Step> stepsOf(mlir::Block& block, const ScratchPlan& scratch, CompiledFunction& compiled,
                                        KernelLibrary& library) {
    std::vector<StepTables::Step> steps;
    for (mlir::Operation& op : block) {
      if (auto scan = llvm::dyn_cast<ir::ScanOp>(op))
        steps.push_back({nullptr, {}, {}, {}, scan, stepsOf(scan.block(), scratch, compiled, library)});
      auto fusion = llvm::dyn_cast<ir::FusionOp>(op);
      if (!fusion || llvm::all_of(fusion.getResultTypes(), hasNoElements)) continue;
      llvm::SmallVector<memory::Buffer> distinct;
      llvm::SmallVector<Access> accesses = accessesOf(fusion);
      llvm::SmallVector<int> places = placesOf(memory::buffersOf(fusion), distinct);
      const KernelFunction& kernel = library.kernelFor(fusion, places);
      bool widest = fusion->hasAttr(memory::widestAttr) && compiled.widest_kernel.empty();
      if (kernel.scratchBytes) {
        int64_t place = scratch.placeFor(fusion, kernel.scratchBytes);
        distinct.push_back({memory::Base::arena, 0, place});
        accesses.push_back({distinct.back(), kernel.scratchBytes, true});
        int64_t end = place + round_up_to_alignment(kernel.scratchBytes);
        widest |= end > compiled.arena_bytes;
        compiled.arena_bytes = std::max(compiled.arena_bytes, end);
      }
      if (widest) compiled.widest_kernel = describe(kernel, layersOf(fusion));
      steps.push_back({&kernel, std::move(distinct), std::move(accesses), layersOf(fusion), {}, {}});
    }
    return steps;
  }

  static TensorFacts factsOf(mlir::Type type) {
    auto tensor = llvm::cast<mlir::RankedTensorType>(type);
    TensorFacts facts;
    facts.dtype = ir::dtypeOf(tensor.getElementType());
    facts.extents.assign(tensor.getShape().begin(), tensor.getShape().end());
    facts.symbols.assign(facts.extents.size(), symbol::none);
    return facts;
  }

  static void setAt(std::vector<TensorFacts>& all, int64_t index, mlir::Type type) {
    if (static_cast<int64_t>(all.size()) <= index) all.resize(index + 1);
    all[index] = factsOf(type);
  }

  static CompiledFunction factsOf(func::FuncOp function) {
    CompiledFunction compiled;
    compiled.name = function.getName().str();
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      mlir::Type type = function.getArgumentTypes()[i];
      if (auto input = function.getArgAttrOfType<mlir::IntegerAttr>(i, ir::inputAttr))
        setAt(compiled.inputs, input.getInt(), type);
      if (auto name = function.getArgAttrOfType<mlir::StringAttr>(i, ir::argumentAttr))
        compiled.arguments.push_back({name.getValue().str(), factsOf(type).dtype, 0});
    }
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      if (auto result = function.getResultAttrOfType<mlir::IntegerAttr>(i, ir::resultAttr))
        setAt(compiled.results, result.getInt(), function.getResultTypes()[i]);
    return compiled;
  }

  mlir::ModuleOp module_;
  StepTables tables_;
  Target target_;
};

struct LowerCpuPass : mlir::PassWrapper<LowerCpuPass, mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerCpuPass)
  LowerCpuPass() = default;
  LowerCpuPass(const LowerCpuPass& other) : PassWrapper(other) {}

  llvm::StringRef getArgument() const override { return "lower-cpu"; }
  llvm::StringRef getDescription() const override {
    return "Fusions as loops over vectors, with an entry for each function";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registerCpuDialects(registry); }

  void runOnOperation() override {
    try {
      lowerCpu(getOperation(), knownTarget(target.getValue()));
    } catch (const std::exception& error) {
      getOperation().emitError(error.what());
      signalPassFailure();
    }
  }

  Option<std::string> target{*this, "target", llvm::cl::desc("The instruction set"), llvm::cl::init("native")};
};

}  // namespace

std::string entrySymbol(std::string_view function) { return std::string(function) + ".entry"; }

std::string stepSymbol(std::string_view kernel) { return std::string(kernel) + ".step"; }

LoweredModule lowerCpu(mlir::ModuleOp module, const Target& target,
                       llvm::function_ref<void(const KernelFunction&)> seen, const StepOptions& options) {
  return ModuleLowering(module, target, options).run(seen);
}

std::unique_ptr<mlir::Pass> createLowerCpuPass() { return std::make_unique<LowerCpuPass>(); }

}  // namespace stator::cpu
