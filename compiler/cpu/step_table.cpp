// Tables of steps, and the loop that runs them.
//
//   @main.entry.steps:    for each step its kernel, its chunks, where its buffers begin, and how many there are
//   @main.entry.buffers:  for each buffer the number of its base, an offset in bytes, the number of its strides, and
//   for
//                         each stride where in the arena a loop's counter stands and what each round adds to the offset
//   @kernels:             the addresses of the kernels, each called with the addresses of its buffers and a chunk
#include "compiler/cpu/step_table.h"

#include "compiler/cpu/call_frame.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "runtime/error.h"

namespace stator::cpu {

namespace arith = mlir::arith;
namespace func = mlir::func;
namespace LLVM = mlir::LLVM;
using kernels::OpBuilder;

namespace {

constexpr llvm::StringLiteral kernelsName = "kernels", runnerName = "run_steps", chunksName = "run_chunks";
constexpr int64_t stepNumbers = 4, bufferNumbers = 3;  ///< as listed above, strides apart

/// What an entry's bases are: the call's three blocks, then its inputs, then its results.
constexpr CallField blocks[]{CallField::state, CallField::arena, CallField::arguments};

int64_t baseOf(const memory::Buffer& buffer, int64_t inputs) {
  using memory::Base;
  switch (buffer.base) {
    case Base::state:
      return 0;
    case Base::arena:
      return 1;
    case Base::arguments:
      return 2;
    case Base::input:
      return std::size(blocks) + buffer.index;
    case Base::result:
      break;
  }
  return std::size(blocks) + inputs + buffer.index;
}

/// Arrays of 8-byte numbers and pointers in generated code.
struct Memory {
  const IndexBuilder& ix;

  mlir::Type pointer() const { return LLVM::LLVMPointerType::get(ix.builder.getContext()); }
  mlir::Type number() const { return ix.builder.getI64Type(); }
  Value whole(Value index) const { return ix.builder.create<arith::IndexCastOp>(ix.location, number(), index); }
  Value index(Value whole) const {
    return ix.builder.create<arith::IndexCastOp>(ix.location, ix.builder.getIndexType(), whole);
  }
  /// `bytes` behind `base`.
  Value behind(Value base, Value bytes) const {
    return ix.builder.create<LLVM::GEPOp>(ix.location, pointer(), ix.builder.getI8Type(), base,
                                          llvm::ArrayRef<LLVM::GEPArg>{bytes});
  }
  Value element(Value base, Value index) const { return behind(base, whole(ix.multiply(index, 8))); }
  Value load(mlir::Type type, Value base, Value index) const {
    return ix.builder.create<LLVM::LoadOp>(ix.location, type, element(base, index));
  }
  void store(Value value, Value base, Value index) const {
    ix.builder.create<LLVM::StoreOp>(ix.location, value, element(base, index));
  }
  /// Room for that many pointers on the stack.
  Value array(int64_t count) const {
    Value size = ix.builder.create<LLVM::ConstantOp>(ix.location, number(), ix.builder.getI64IntegerAttr(count));
    return ix.builder.create<LLVM::AllocaOp>(ix.location, pointer(), pointer(), size);
  }
  Value address(llvm::StringRef global) const {
    return ix.builder.create<LLVM::AddressOfOp>(ix.location, pointer(), global);
  }
};

}  // namespace

int64_t StepTables::numberOf(const KernelFunction& kernel) {
  auto [found, isNew] = numbers_.try_emplace(&kernel, static_cast<int64_t>(kernels_.size()));
  if (isNew) kernels_.push_back(&kernel);
  return found->second;
}

func::FuncOp StepTables::declare(const std::string& name, llvm::ArrayRef<mlir::Type> types, bool isPublic) {
  builder_.setInsertionPointToEnd(module_.getBody());
  auto function = builder_.create<func::FuncOp>(builder_.getUnknownLoc(), name, builder_.getFunctionType(types, {}));
  if (!isPublic) function.setPrivate();
  builder_.setInsertionPointToStart(function.addEntryBlock());
  return function;
}

void StepTables::numbers(const std::string& name, llvm::ArrayRef<int64_t> values) {
  builder_.setInsertionPointToEnd(module_.getBody());
  mlir::Type i64 = builder_.getI64Type();
  auto shape = mlir::RankedTensorType::get({static_cast<int64_t>(values.size())}, i64);
  builder_.create<LLVM::GlobalOp>(builder_.getUnknownLoc(), LLVM::LLVMArrayType::get(i64, values.size()),
                                  /*isConstant=*/true, LLVM::Linkage::Internal, name,
                                  mlir::DenseElementsAttr::get(shape, values));
}

/// Appends the steps, those of loops where they stand, to the tables.
void StepTables::collect(llvm::ArrayRef<Step> steps, Tables& tables) {
  for (const Step& step : steps) {
    if (!step.kernel) {
      collect(step.body, tables);
      continue;
    }
    auto count = static_cast<int64_t>(step.buffers.size()), first = static_cast<int64_t>(tables.buffers.size());
    tables.steps.append({numberOf(*step.kernel), step.kernel->chunks, first, count});
    for (const memory::Buffer& buffer : step.buffers) {
      tables.buffers.append({baseOf(buffer, tables.inputs), buffer.offset_bytes, std::ssize(buffer.strides)});
      for (const memory::Stride& stride : buffer.strides)
        tables.buffers.append({stride.counter_bytes, stride.step_bytes});
    }
    mostBuffers_ = std::max(mostBuffers_, count);
  }
}

void StepTables::entry(const std::string& name, llvm::ArrayRef<Step> steps, int64_t inputs, int64_t results) {
  Tables tables{name, {}, {}, inputs, 0, {}, {}};
  collect(steps, tables);
  numbers(name + ".steps", tables.steps);
  numbers(name + ".buffers", tables.buffers);
  func::FuncOp function = declare(name, {LLVM::LLVMPointerType::get(builder_.getContext())}, true);
  tables.call = function.getArgument(0);
  tables.bases = basesOf(tables.call, inputs, results);
  run(steps, tables);
  builder_.create<func::ReturnOp>(builder_.getUnknownLoc());
}

/// The addresses that buffers count from, as an array on the stack.
Value StepTables::basesOf(Value call, int64_t inputs, int64_t results) {
  IndexBuilder ix{builder_, builder_.getUnknownLoc()};
  Memory memory{ix};
  CallFrame frame(ix, call);
  Value bases = memory.array(std::size(blocks) + inputs + results);
  int64_t next = 0;
  for (CallField block : blocks) memory.store(frame.field(block), bases, ix.constant(next++));
  for (auto [field, count] : {std::pair(CallField::inputs, inputs), std::pair(CallField::results, results)})
    for (int64_t i = 0; i < count; ++i)
      memory.store(memory.load(memory.pointer(), frame.field(field), ix.constant(i)), bases, ix.constant(next++));
  return bases;
}

/// Code for steps in order: a call for each run of kernels, a loop for each loop.
void StepTables::run(llvm::ArrayRef<Step> steps, Tables& tables) {
  IndexBuilder ix{builder_, builder_.getUnknownLoc()};
  Memory memory{ix};
  while (!steps.empty()) {
    if (!steps.front().kernel) {
      repeat(steps.front(), tables);
      steps = steps.drop_front();
      continue;
    }
    size_t count = llvm::find_if(steps, [](const Step& step) { return !step.kernel; }) - steps.begin();
    Value first = memory.element(memory.address(tables.name + ".steps"), ix.constant(tables.used * stepNumbers));
    Values operands{tables.call, tables.bases, first, memory.address(tables.name + ".buffers"),
                    memory.whole(ix.constant(static_cast<int64_t>(count)))};
    builder_.create<func::CallOp>(builder_.getUnknownLoc(), runnerName, mlir::TypeRange{}, operands);
    tables.used += static_cast<int64_t>(count);
    steps = steps.drop_front(count);
  }
}

/// Runs a loop's steps with the number of each round in its counter, where addresses are computed from it.
void StepTables::repeat(const Step& loop, Tables& tables) {
  ir::ScanOp scan = loop.loop;
  auto counter = scan->getAttrOfType<mlir::IntegerAttr>(memory::counterAttr);
  if (!counter) throw InternalError("lower-cpu: a loop has no counter; plan-memory gives it");
  IndexBuilder ix{builder_, builder_.getUnknownLoc()};
  Memory memory{ix};
  ix.loop(ix.constant(0), ix.constant(scan.steps()), [&](Value round) {
    Value number = scan.getReverse() ? ix.subtract(ix.constant(scan.steps() - 1), round) : round;
    Value arena = CallFrame(ix, tables.call).field(CallField::arena);
    memory.store(memory.whole(number), memory.behind(arena, memory.whole(ix.constant(counter.getInt()))),
                 ix.constant(0));
    run(loop.body, tables);
  });
}

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
  auto function = builder_.create<LLVM::LLVMFuncOp>(location, callee.getName().str() + ".step", type);
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
  Value arena = memory.load(memory.pointer(), bases, ix.constant(1)), first = ix.add(at, bufferNumbers);
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
    Value first = ix.multiply(step, stepNumbers);
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
