// The loop over the steps of a table, which all functions of a module share, and the kernels that it calls: `@kernels`
// holds their addresses, each called with the addresses of its buffers and a chunk.
#include "compiler/cpu/call_frame.h"
#include "compiler/cpu/generated_memory.h"
#include "compiler/cpu/lower_cpu.h"
#include "compiler/cpu/step_table.h"

namespace stator::cpu {

namespace arith = mlir::arith;
namespace func = mlir::func;
namespace LLVM = mlir::LLVM;

static constexpr llvm::StringLiteral kernelsName = "kernels", chunksName = "run_chunks";

void StepTables::finish() {
  kernelTable();
  runner();
  chunkRunner();
}

/// A kernel as a StatorKernel whose context is the addresses of its buffers.
LLVM::LLVMFuncOp StepTables::kernelOf(const KernelFunction& kernel) {
  func::FuncOp callee = kernel.function;
  mlir::Location location = builder_.getUnknownLoc();
  mlir::Type pointer = LLVM::LLVMPointerType::get(builder_.getContext());
  auto type =
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder_.getContext()), {pointer, builder_.getI64Type()});
  builder_.setInsertionPointToEnd(module_.getBody());
  auto function = builder_.create<LLVM::LLVMFuncOp>(location, stepSymbol(callee.getName()), type);
  builder_.setInsertionPointToStart(function.addEntryBlock(builder_));
  IndexBuilder ix{builder_, location};
  Memory memory{ix};
  CallFrame frame(ix, function.getArgument(0));
  Values operands;
  for (auto [i, buffer] : llvm::enumerate(kernel.buffers))
    operands.push_back(frame.memref(memory.load(pointer, function.getArgument(0), ix.constant(i)), buffer));
  operands.push_back(memory.index(function.getArgument(1)));
  builder_.create<func::CallOp>(location, callee, operands);
  builder_.create<LLVM::ReturnOp>(location, ValueRange{});
  return function;
}

void StepTables::kernelTable() {
  mlir::Location location = builder_.getUnknownLoc();
  llvm::SmallVector<LLVM::LLVMFuncOp> functions;
  for (const KernelFunction* kernel : kernels_) functions.push_back(kernelOf(*kernel));
  builder_.setInsertionPointToEnd(module_.getBody());
  auto type = LLVM::LLVMArrayType::get(LLVM::LLVMPointerType::get(builder_.getContext()), functions.size());
  auto table = builder_.create<LLVM::GlobalOp>(location, type, /*isConstant=*/true, LLVM::Linkage::Internal,
                                               kernelsName, mlir::Attribute());
  builder_.createBlock(&table.getInitializerRegion());
  Value value = builder_.create<LLVM::UndefOp>(location, type);
  for (auto [i, function] : llvm::enumerate(functions)) {
    Value address = builder_.create<LLVM::AddressOfOp>(location, function);
    value = builder_.create<LLVM::InsertValueOp>(location, value, address, static_cast<int64_t>(i));
  }
  builder_.create<LLVM::ReturnOp>(location, value);
}

/// The address of the buffer whose numbers stand at `at`, and where those of the next begin.
std::pair<Value, Value> StepTables::addressAt(const IndexBuilder& ix, Value bases, Value buffers, Value at) {
  Memory memory{ix};
  auto fact = [&](Value where) { return memory.index(memory.load(memory.number(), buffers, where)); };
  Value base = memory.load(memory.pointer(), bases, fact(at)), strides = fact(ix.add(at, 2));
  Value arena = memory.load(memory.pointer(), bases, ix.constant(1)), first = ix.add(at, StepTable::buffer_numbers);
  Values offset = ix.loop(ix.constant(0), strides, 1, {fact(ix.add(at, 1))}, [&](Value stride, ValueRange carried) {
    Value pair = ix.add(first, ix.multiply(stride, 2));
    Value round =
        memory.index(memory.load(memory.number(), memory.behind(arena, memory.whole(fact(pair))), ix.constant(0)));
    Value moved = ix.builder.create<arith::MulIOp>(ix.location, round, fact(ix.add(pair, 1)));
    return Values{ix.add(carried.front(), moved)};
  });
  return {memory.behind(base, memory.whole(offset.front())), ix.add(first, ix.multiply(strides, 2))};
}

/// Runs `count` steps in order. Arguments: the call, the addresses of its bases, the two tables, the number of steps.
void StepTables::runner() {
  mlir::Location location = builder_.getUnknownLoc();
  mlir::Type pointer = LLVM::LLVMPointerType::get(builder_.getContext()), number = builder_.getI64Type();
  func::FuncOp function = declare(runnerName.str(), {pointer, pointer, pointer, pointer, number}, false);
  IndexBuilder ix{builder_, location};
  Memory memory{ix};
  Value call = function.getArgument(0), bases = function.getArgument(1), steps = function.getArgument(2);
  Value buffers = function.getArgument(3), addresses = memory.array(mostBuffers_);
  ix.loop(ix.constant(0), memory.index(function.getArgument(4)), [&](Value step) {
    Value first = ix.multiply(step, StepTable::step_numbers);
    auto fact = [&](int64_t i) { return memory.load(number, steps, ix.add(first, i)); };
    Value kernel = memory.load(pointer, memory.address(kernelsName), memory.index(fact(0)));
    ix.loop(ix.constant(0), memory.index(fact(3)), 1, {memory.index(fact(2))}, [&](Value buffer, ValueRange carried) {
      auto [address, next] = addressAt(ix, bases, buffers, carried.front());
      memory.store(address, addresses, buffer);
      return Values{next};
    });
    builder_.create<func::CallOp>(location, chunksName, mlir::TypeRange{}, Values{call, kernel, addresses, fact(1)});
  });
  builder_.create<func::ReturnOp>(location);
}

/// Runs all chunks of a kernel: through the call's `parallel`, or one after the other where that is null or there is
/// but one.
void StepTables::chunkRunner() {
  mlir::Location location = builder_.getUnknownLoc();
  mlir::Type pointer = LLVM::LLVMPointerType::get(builder_.getContext()), number = builder_.getI64Type(),
             nothing = LLVM::LLVMVoidType::get(builder_.getContext());
  func::FuncOp function = declare(chunksName.str(), {pointer, pointer, pointer, number}, false);
  Value call = function.getArgument(0), kernel = function.getArgument(1), context = function.getArgument(2);
  Value chunks = function.getArgument(3);
  IndexBuilder ix{builder_, location};
  Memory memory{ix};
  CallFrame fields(ix, call);
  Value parallel = fields.field(CallField::parallel);
  Value none = builder_.create<LLVM::ZeroOp>(location, pointer);
  Value isNull = builder_.create<LLVM::ICmpOp>(location, LLVM::ICmpPredicate::eq, parallel, none);
  Value isOne = ix.less(memory.index(chunks), 2);
  auto here = [&] {
    ix.loop(ix.constant(0), memory.index(chunks), [&](Value chunk) {
      auto type = LLVM::LLVMFunctionType::get(nothing, {pointer, number});
      builder_.create<LLVM::CallOp>(location, type, ValueRange{kernel, context, memory.whole(chunk)});
    });
  };
  auto spread = [&] {
    auto type = LLVM::LLVMFunctionType::get(nothing, {pointer, pointer, pointer, number});
    Value pool = fields.field(CallField::pool);
    builder_.create<LLVM::CallOp>(location, type, ValueRange{parallel, pool, kernel, context, chunks});
  };
  ix.branch(builder_.create<arith::OrIOp>(location, isNull, isOne), here, spread);
  builder_.create<func::ReturnOp>(location);
}

}  // namespace stator::cpu
