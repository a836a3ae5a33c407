// Tables of steps, and the entries that have them run: `@main.entry` with the numbers of a StepTable
// (runtime/step_table.h) as `@main.entry.steps` and `@main.entry.buffers`.
#include "compiler/cpu/step_table.h"

#include "compiler/cpu/call_frame.h"
#include "compiler/cpu/generated_memory.h"
#include "runtime/error.h"

namespace stator::cpu {

namespace arith = mlir::arith;
namespace func = mlir::func;
namespace LLVM = mlir::LLVM;
using kernels::OpBuilder;

namespace {

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

/// Where in the arena the number of a loop's round stands.
int64_t counterOf(ir::ScanOp scan) {
  auto counter = scan->getAttrOfType<mlir::IntegerAttr>(memory::counterAttr);
  if (!counter) throw InternalError("lower-cpu: a loop has no counter; plan-memory gives it");
  return counter.getInt();
}

/// Whether a kernel takes some ten microseconds at most.
bool isShort(const KernelFacts& facts) { return facts.flops < 1 << 20 && facts.bytes < 256 << 10; }

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
  int64_t buffers = 0, joined = 0;
  for (auto [number, behind] : inRegions(steps)) {
    const Step& step = steps[number];
    if (!step.kernel) {
      collectLoop(step, tables);
      continue;
    }
    collect(step, behind, tables);
    buffers += std::ssize(step.buffers), ++joined;
    mostBuffers_ = std::max(mostBuffers_, buffers), mostJoined_ = std::max(mostJoined_, joined);
    if (behind == 0) buffers = joined = 0;
  }
}

/// Steps in the order in which they are to run; a loop ends a region, and stays where it is.
llvm::SmallVector<OrderedStep> StepTables::inRegions(llvm::ArrayRef<Step> steps) const {
  llvm::SmallVector<OrderedStep> ordered;
  while (ordered.size() < steps.size()) {
    const size_t first = ordered.size();
    llvm::SmallVector<RegionStep> kernels;
    for (const Step& step : steps.drop_front(first).take_while([](const Step& step) { return step.kernel; }))
      kernels.push_back({step.accesses, step.kernel->chunks, isShort(step.kernel->facts)});
    if (kernels.empty() || !options_.joins) ordered.push_back({first, 0});
    else
      for (auto [step, behind] : joinRegions(kernels)) ordered.push_back({first + step, behind});
  }
  return ordered;
}

void StepTables::collect(const Step& step, int64_t behind, Tables& tables) {
  StepTable& table = tables.table;
  int64_t count = std::ssize(step.buffers);
  for (int64_t number : {numberOf(*step.kernel), step.kernel->chunks, std::ssize(table.buffers), count, behind})
    table.steps.push_back(number);
  table.layers.push_back(step.layers);
  for (const memory::Buffer& buffer : step.buffers) {
    for (int64_t number : {baseOf(buffer, tables.inputs), buffer.offset_bytes, std::ssize(buffer.strides)})
      table.buffers.push_back(number);
    for (const memory::Stride& stride : buffer.strides)
      for (int64_t number : {stride.counter_bytes, stride.step_bytes}) table.buffers.push_back(number);
  }
}

/// A loop without kernels leaves no trace.
void StepTables::collectLoop(const Step& loop, Tables& tables) {
  std::vector<StepLoop>& loops = tables.table.loops;
  size_t place = loops.size();
  int64_t first = tables.table.step_count();
  ir::ScanOp scan = loop.loop;
  loops.push_back({first, first, scan.steps(), scan.getReverse(), counterOf(scan)});
  collect(loop.body, tables);
  loops[place].last = tables.table.step_count();
  if (loops[place].last == first) loops.resize(place);
}

StepTable StepTables::entry(const std::string& name, llvm::ArrayRef<Step> steps, int64_t inputs, int64_t results) {
  Tables tables{name, {}, inputs, 0, {}, {}};
  collect(steps, tables);
  if (!options_.entries) return std::move(tables.table);
  numbers(name + ".steps", tables.table.steps);
  numbers(name + ".buffers", tables.table.buffers);
  func::FuncOp function = declare(name, {LLVM::LLVMPointerType::get(builder_.getContext())}, true);
  tables.call = function.getArgument(0);
  tables.bases = basesOf(tables.call, inputs, results);
  run(steps, tables);
  builder_.create<func::ReturnOp>(builder_.getUnknownLoc());
  return std::move(tables.table);
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
    Value first = memory.element(memory.number(), memory.address(tables.name + ".steps"),
                                 ix.constant(tables.used * StepTable::step_numbers));
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
  IndexBuilder ix{builder_, builder_.getUnknownLoc()};
  Memory memory{ix};
  ix.loop(ix.constant(0), ix.constant(scan.steps()), [&](Value round) {
    Value number = scan.getReverse() ? ix.subtract(ix.constant(scan.steps() - 1), round) : round;
    Value arena = CallFrame(ix, tables.call).field(CallField::arena);
    memory.store(memory.whole(number), memory.behind(arena, memory.whole(ix.constant(counterOf(scan)))),
                 ix.constant(0));
    run(loop.body, tables);
  });
}

}  // namespace stator::cpu
