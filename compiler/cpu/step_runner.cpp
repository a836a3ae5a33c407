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

static constexpr llvm::StringLiteral kernelsName = "kernels", regionName = "run_region", chunkName = "run_chunk",
                                     joinedName = "run_chunk.step";

/// What a region holds for each of its kernels.
static constexpr int64_t regionNumbers = 3;

void StepTables::finish() {
  if (!options_.entries) {
    for (const KernelFunction* kernel : kernels_) kernelOf(*kernel);
    return;
  }
  kernelTable();
  joinedChunk();
  regionRunner();
  runner();
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
/// What a region's kernels need is gathered first: `region` holds their number, then for each its code, where its
/// addresses begin, and its chunks.
void StepTables::runner() {
  mlir::Location location = builder_.getUnknownLoc();
  mlir::Type pointer = LLVM::LLVMPointerType::get(builder_.getContext()), number = builder_.getI64Type();
  func::FuncOp function = declare(runnerName.str(), {pointer, pointer, pointer, pointer, number}, false);
  IndexBuilder ix{builder_, location};
  Memory memory{ix};
  Value call = function.getArgument(0), bases = function.getArgument(1), steps = function.getArgument(2);
  Value buffers = function.getArgument(3), zero = ix.constant(0);
  Value addresses = memory.array(mostBuffers_), region = memory.slots(1 + regionNumbers * mostJoined_);
  Values begin{zero, zero, zero};
  ix.loop(zero, memory.index(function.getArgument(4)), 1, begin, [&](Value step, ValueRange carried) {
    Value joined = carried[0], used = carried[1], chunks = carried[2],
          first = ix.multiply(step, StepTable::step_numbers);
    auto fact = [&](int64_t i) { return memory.index(memory.load(number, steps, ix.add(first, i))); };
    Value entry = ix.add(ix.multiply(joined, regionNumbers), 1);
    memory.storeSlot(memory.load(pointer, memory.address(kernelsName), fact(0)), region, entry);
    memory.storeSlot(memory.element(pointer, addresses, used), region, ix.add(entry, 1));
    memory.storeSlot(memory.whole(fact(1)), region, ix.add(entry, 2));
    ix.loop(zero, fact(3), 1, {fact(2)}, [&](Value buffer, ValueRange at) {
      auto [address, next] = addressAt(ix, bases, buffers, at.front());
      memory.store(address, addresses, ix.add(used, buffer));
      return Values{next};
    });
    joined = ix.add(joined, 1), used = ix.add(used, fact(3)), chunks = ix.add(chunks, fact(1));
    Value isLast = ix.less(fact(4), 1);
    ix.branch(
        isLast,
        [&] {
          memory.storeSlot(memory.whole(joined), region, zero);
          builder_.create<func::CallOp>(location, regionName, mlir::TypeRange{},
                                        Values{call, region, memory.whole(chunks)});
        },
        [] {});
    Values next;
    for (Value value : {joined, used, chunks})
      next.push_back(builder_.create<arith::SelectOp>(location, isLast, zero, value));
    return next;
  });
  builder_.create<func::ReturnOp>(location);
}

/// Runs all `chunks` of a region's kernels: through the call's `parallel`, or one after the other where that is null or
/// there is but one.
void StepTables::regionRunner() {
  mlir::Location location = builder_.getUnknownLoc();
  mlir::Type pointer = LLVM::LLVMPointerType::get(builder_.getContext()), number = builder_.getI64Type(),
             nothing = LLVM::LLVMVoidType::get(builder_.getContext());
  func::FuncOp function = declare(regionName.str(), {pointer, pointer, number}, false);
  Value call = function.getArgument(0), region = function.getArgument(1), chunks = function.getArgument(2);
  IndexBuilder ix{builder_, location};
  Memory memory{ix};
  CallFrame fields(ix, call);
  Value parallel = fields.field(CallField::parallel);
  Value none = builder_.create<LLVM::ZeroOp>(location, pointer);
  Value isNull = builder_.create<LLVM::ICmpOp>(location, LLVM::ICmpPredicate::eq, parallel, none);
  auto here = [&] {
    ix.loop(ix.constant(0), memory.index(chunks), [&](Value chunk) {
      builder_.create<func::CallOp>(location, chunkName, mlir::TypeRange{}, Values{region, memory.whole(chunk)});
    });
  };
  auto spread = [&] {
    Value isAlone = ix.less(memory.index(memory.loadSlot(number, region, ix.constant(0))), 2);
    Value joined = builder_.create<LLVM::AddressOfOp>(location, pointer, joinedName);
    auto either = [&](Value one, Value several) -> Value {
      return builder_.create<arith::SelectOp>(location, isAlone, one, several);
    };
    Value kernel = either(memory.loadSlot(pointer, region, ix.constant(1)), joined);
    Value context = either(memory.loadSlot(pointer, region, ix.constant(2)), region);
    auto type = LLVM::LLVMFunctionType::get(nothing, {pointer, pointer, pointer, number});
    builder_.create<LLVM::CallOp>(location, type,
                                  ValueRange{parallel, fields.field(CallField::pool), kernel, context, chunks});
  };
  Value isOne = ix.less(memory.index(chunks), 2);
  ix.branch(builder_.create<arith::OrIOp>(location, isNull, isOne), here, spread);
  builder_.create<func::ReturnOp>(location);
}

/// A chunk of a region, counted through its kernels.
void StepTables::joinedChunk() {
  mlir::Location location = builder_.getUnknownLoc();
  mlir::Type pointer = LLVM::LLVMPointerType::get(builder_.getContext()), number = builder_.getI64Type(),
             nothing = LLVM::LLVMVoidType::get(builder_.getContext());
  func::FuncOp function = declare(chunkName.str(), {pointer, number}, false);
  Value region = function.getArgument(0);
  IndexBuilder ix{builder_, location};
  Memory memory{ix};
  Value count = memory.index(memory.loadSlot(number, region, ix.constant(0)));
  ix.loop(ix.constant(0), count, 1, {memory.index(function.getArgument(1))}, [&](Value entry, ValueRange carried) {
    Value first = ix.add(ix.multiply(entry, regionNumbers), 1), chunk = carried.front();
    Value chunks = memory.index(memory.loadSlot(number, region, ix.add(first, 2)));
    auto compare = [&](arith::CmpIPredicate predicate, Value a, Value b) -> Value {
      return builder_.create<arith::CmpIOp>(location, predicate, a, b);
    };
    Value isHere = builder_.create<arith::AndIOp>(location, compare(arith::CmpIPredicate::sge, chunk, ix.constant(0)),
                                                  compare(arith::CmpIPredicate::slt, chunk, chunks));
    auto call = [&] {
      auto type = LLVM::LLVMFunctionType::get(nothing, {pointer, number});
      Value kernel = memory.loadSlot(pointer, region, first);
      Value addresses = memory.loadSlot(pointer, region, ix.add(first, 1));
      builder_.create<LLVM::CallOp>(location, type, ValueRange{kernel, addresses, memory.whole(chunk)});
    };
    ix.branch(isHere, call, [] {});
    return Values{ix.subtract(chunk, chunks)};
  });
  builder_.create<func::ReturnOp>(location);
  joinedKernel(function);
}

/// The same as a StatorKernel whose context is the region.
void StepTables::joinedKernel(func::FuncOp chunk) {
  mlir::Location location = builder_.getUnknownLoc();
  mlir::Type pointer = LLVM::LLVMPointerType::get(builder_.getContext()),
             nothing = LLVM::LLVMVoidType::get(builder_.getContext());
  builder_.setInsertionPointToEnd(module_.getBody());
  auto function = builder_.create<LLVM::LLVMFuncOp>(
      location, joinedName, LLVM::LLVMFunctionType::get(nothing, {pointer, builder_.getI64Type()}),
      LLVM::Linkage::Internal);
  builder_.setInsertionPointToStart(function.addEntryBlock(builder_));
  builder_.create<func::CallOp>(location, chunk, function.getArguments());
  builder_.create<LLVM::ReturnOp>(location, ValueRange{});
}

}  // namespace stator::cpu
