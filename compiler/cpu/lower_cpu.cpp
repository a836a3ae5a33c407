// Kernels, what calls them, and an entry for each function: the body of a function becomes calls of kernels in order.
#include "compiler/cpu/lower_cpu.h"

#include "compiler/cpu/call_frame.h"
#include "compiler/cpu/kernel_library.h"
#include "compiler/cpu/lower_to_llvm.h"
#include "compiler/ir/dialect.h"
#include "compiler/ir/tensor_type.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/Pass.h"
#include "runtime/error.h"

namespace stator::cpu {

namespace arith = mlir::arith;
namespace func = mlir::func;
namespace LLVM = mlir::LLVM;
using kernels::OpBuilder;

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

bool hasNoElements(mlir::Type tensor) { return llvm::cast<mlir::RankedTensorType>(tensor).getNumElements() == 0; }

class ModuleLowering {
 public:
  ModuleLowering(mlir::ModuleOp module, const Target& target)
      : module_(module), builder_(module.getContext()), target_(target) {}

  std::vector<CompiledFunction> run() {
    std::vector<func::FuncOp> functions(module_.getOps<func::FuncOp>().begin(), module_.getOps<func::FuncOp>().end());
    std::vector<CompiledFunction> compiled;
    std::string prefix;
    for (func::FuncOp function : functions) prefix += function.getName().str() + ".";
    KernelLibrary library(module_, prefix + "kernel", target_);
    for (func::FuncOp function : functions) compiled.push_back(lower(function, library));
    for (func::FuncOp function : functions) function.erase();
    for (llvm::StringRef name : {memory::slotOffsetsAttr, ir::bindingsAttr}) module_->removeAttr(name);
    return compiled;
  }

 private:
  Value constant(int64_t value) {
    return builder_.create<LLVM::ConstantOp>(builder_.getUnknownLoc(), builder_.getI64Type(),
                                             builder_.getI64IntegerAttr(value));
  }

  func::FuncOp declare(const std::string& name, llvm::ArrayRef<mlir::Type> types, bool isPublic) {
    builder_.setInsertionPointToEnd(module_.getBody());
    auto function = builder_.create<func::FuncOp>(builder_.getUnknownLoc(), name, builder_.getFunctionType(types, {}));
    if (!isPublic) function.setPrivate();
    builder_.setInsertionPointToStart(function.addEntryBlock());
    return function;
  }

  CompiledFunction lower(func::FuncOp function, KernelLibrary& library) {
    auto planned = function->getAttrOfType<mlir::IntegerAttr>(memory::arenaBytesAttr);
    if (!planned) throw InternalError("lower-cpu: '" + function.getName().str() + "' has no memory plan");
    CompiledFunction compiled = factsOf(function);
    FunctionSteps steps{function, planned.getInt()};
    std::vector<Step> body = stepsOf(function.getBody().front(), steps, library);
    compiled.arena_bytes = planned.getInt() + (steps.scratchBytes + 63) / 64 * 64;
    func::FuncOp entry = declare(entrySymbol(compiled.name), {pointer()}, true);
    run(entry.getArgument(0), body);
    builder_.create<func::ReturnOp>(builder_.getUnknownLoc());
    return compiled;
  }

  /// A use of a kernel, or a loop of such.
  struct Step {
    func::FuncOp thunk;
    int64_t chunks = 0;
    ir::ScanOp loop;  // null: a kernel
    std::vector<Step> body;
  };
  /// What the steps of one function share.
  struct FunctionSteps {
    func::FuncOp function;
    int64_t scratchOffset;
    int64_t scratchBytes = 0;
    int count = 0;
  };

  std::vector<Step> stepsOf(mlir::Block& block, FunctionSteps& all, KernelLibrary& library) {
    std::vector<Step> steps;
    for (mlir::Operation& op : block) {
      if (auto scan = llvm::dyn_cast<ir::ScanOp>(op)) steps.push_back({{}, 0, scan, stepsOf(scan.block(), all, library)});
      auto fusion = llvm::dyn_cast<ir::FusionOp>(op);
      if (!fusion || llvm::all_of(fusion.getResultTypes(), hasNoElements)) continue;
      llvm::SmallVector<memory::Buffer> distinct;
      llvm::SmallVector<int> places = placesOf(memory::buffersOf(fusion), distinct);
      const KernelFunction& kernel = library.kernelFor(fusion, places);
      if (kernel.scratchBytes) distinct.push_back({memory::Base::arena, 0, all.scratchOffset});
      all.scratchBytes = std::max(all.scratchBytes, kernel.scratchBytes);
      std::string name = all.function.getName().str() + ".step" + std::to_string(all.count++);
      steps.push_back({thunk(name, kernel, distinct), kernel.chunks, {}, {}});
    }
    return steps;
  }

  void run(Value frame, const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      if (step.loop) repeat(frame, step);
      else call(frame, step.thunk, step.chunks);
    }
  }

  /// Runs a loop's body with the number of each step in its counter, where addresses are computed from it.
  void repeat(Value frame, const Step& loop) {
    ir::ScanOp scan = loop.loop;
    auto counter = scan->getAttrOfType<mlir::IntegerAttr>(memory::counterAttr);
    if (!counter) throw InternalError("lower-cpu: a loop has no counter; plan-memory gives it");
    mlir::Location location = builder_.getUnknownLoc();
    IndexBuilder ix{builder_, location};
    ix.loop(ix.constant(0), ix.constant(scan.steps()), [&](Value index) {
      Value step = builder_.create<arith::IndexCastOp>(location, builder_.getI64Type(), index);
      if (scan.getReverse()) step = builder_.create<LLVM::SubOp>(location, constant(scan.steps() - 1), step);
      builder_.create<LLVM::StoreOp>(location, step, CallFrame(ix, frame).counter(counter.getInt()));
      run(frame, loop.body);
    });
  }

  mlir::Type pointer() { return LLVM::LLVMPointerType::get(builder_.getContext()); }

  /// One use of a kernel, as a StatorKernel: its buffers of this call.
  func::FuncOp thunk(const std::string& name, const KernelFunction& kernel, llvm::ArrayRef<memory::Buffer> buffers) {
    func::FuncOp function = declare(name, {pointer(), builder_.getI64Type()}, false);
    mlir::Location location = builder_.getUnknownLoc();
    CallFrame frame(IndexBuilder{builder_, location}, function.getArgument(0));
    Values operands;
    for (auto [buffer, type] : llvm::zip_equal(buffers, kernel.buffers))
      operands.push_back(frame.memref(frame.pointer(buffer), type));
    operands.push_back(builder_.create<arith::IndexCastOp>(location, builder_.getIndexType(), function.getArgument(1)));
    func::FuncOp callee = kernel.function;
    builder_.create<func::CallOp>(location, callee, operands);
    builder_.create<func::ReturnOp>(location);
    return function;
  }

  void call(Value frame, func::FuncOp thunk, int64_t chunks) {
    mlir::Location location = builder_.getUnknownLoc();
    if (chunks == 1) {
      builder_.create<func::CallOp>(location, thunk, ValueRange{frame, constant(0)});
      return;
    }
    Value address = builder_.create<func::ConstantOp>(location, thunk.getFunctionType(),
                                                      mlir::FlatSymbolRefAttr::get(thunk.getSymNameAttr()));
    address = builder_.create<mlir::UnrealizedConversionCastOp>(location, pointer(), address).getResult(0);
    builder_.create<func::CallOp>(location, chunkRunner(), ValueRange{frame, address, constant(chunks)});
  }

  /// Runs all chunks of a kernel: through the caller's `parallel`, or one after the other where that is null.
  func::FuncOp chunkRunner() {
    if (runner_) return runner_;
    OpBuilder::InsertionGuard guard(builder_);
    mlir::Location location = builder_.getUnknownLoc();
    mlir::Type address = pointer(), number = builder_.getI64Type(),
               nothing = LLVM::LLVMVoidType::get(builder_.getContext());
    runner_ = declare("run_chunks", {address, address, number}, false);
    Value frame = runner_.getArgument(0), kernel = runner_.getArgument(1), chunks = runner_.getArgument(2);
    IndexBuilder ix{builder_, location};
    CallFrame fields(ix, frame);
    Value parallel = fields.field(CallField::parallel);
    Value none = builder_.create<LLVM::ZeroOp>(location, address);
    Value isAlone = builder_.create<LLVM::ICmpOp>(location, LLVM::ICmpPredicate::eq, parallel, none);
    auto here = [&] {
      Value upper = builder_.create<arith::IndexCastOp>(location, builder_.getIndexType(), chunks);
      ix.loop(ix.constant(0), upper, [&](Value index) {
        Value chunk = builder_.create<arith::IndexCastOp>(location, number, index);
        auto type = LLVM::LLVMFunctionType::get(nothing, {address, number});
        builder_.create<LLVM::CallOp>(location, type, ValueRange{kernel, frame, chunk});
      });
    };
    auto spread = [&] {
      auto type = LLVM::LLVMFunctionType::get(nothing, {address, address, address, number});
      Value pool = fields.field(CallField::pool);
      builder_.create<LLVM::CallOp>(location, type, ValueRange{parallel, pool, kernel, frame, chunks});
    };
    ix.branch(isAlone, here, spread);
    builder_.create<func::ReturnOp>(location);
    return runner_;
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
  OpBuilder builder_;
  Target target_;
  func::FuncOp runner_;
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
      lowerCpu(getOperation(), resolveTarget(target.getValue()));
    } catch (const std::exception& error) {
      getOperation().emitError(error.what());
      signalPassFailure();
    }
  }

  Option<std::string> target{*this, "target", llvm::cl::desc("The instruction set"), llvm::cl::init("native")};
};

}  // namespace

std::string entrySymbol(std::string_view function) { return std::string(function) + ".entry"; }

std::vector<CompiledFunction> lowerCpu(mlir::ModuleOp module, const Target& target) {
  return ModuleLowering(module, target).run();
}

std::unique_ptr<mlir::Pass> createLowerCpuPass() { return std::make_unique<LowerCpuPass>(); }

}  // namespace stator::cpu
