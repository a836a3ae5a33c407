// Reads the plan off the fusions, in the order in which they run.
#include "tests/properties/planned_memory.h"

#include <algorithm>
#include <map>

#include "compiler/ir/dialect.h"
#include "compiler/memory/buffer.h"
#include "runtime/state_layout.h"
#include "tests/properties/planned_module.h"

namespace stator::tests {

namespace {

using mlir::func::FuncOp;
using Content = std::vector<Piece>;
using Contents = std::vector<Content>;

/// Row `row` of a value of as many equal rows as there are.
Content row_of(const Content& whole, int64_t row, int64_t row_bytes) {
  Content part;
  int64_t begin = row * row_bytes, at = 0;
  for (const Piece& piece : whole) {
    const int64_t from = std::max(begin, at), to = std::min(begin + row_bytes, at + piece.bytes);
    if (from < to) part.push_back({piece.written, piece.offset + from - at, to - from});
    at += piece.bytes;
  }
  return part;
}

Content joined(const Contents& rows) {
  Content whole;
  for (const Content& row : rows) whole.insert(whole.end(), row.begin(), row.end());
  return whole;
}

class PlanReader {
 public:
  PlanReader(FuncOp function, const StateLayout& layout) : function_(function), layout_(layout) {}

  PlannedFunction read() {
    made_.name = function_.getName().str();
    made_.arena_bytes = function_->getAttrOfType<mlir::IntegerAttr>(memory::arenaBytesAttr).getInt();
    int64_t scalars = 0;
    for (mlir::BlockArgument argument : function_.getArguments())
      made_.before.push_back(write(argument, argument_buffer(argument, scalars)));
    mlir::Block& body = function_.getBody().front();
    run(body);
    for (mlir::OpOperand& operand : body.getTerminator()->getOpOperands())
      made_.after.push_back(access(operand.get(), result_buffer(operand)));
    return std::move(made_);
  }

 private:
  Content fresh(int64_t bytes) { return {{written_++, 0, bytes}}; }
  const Content& content_of(mlir::Value value) { return contents_.at(whole(value)); }
  Contents contents_of(mlir::ValueRange values) {
    Contents all;
    for (mlir::Value value : values) all.push_back(content_of(value));
    return all;
  }
  static void* whole(mlir::Value value) { return ir::withoutReshapes(value).getAsOpaquePointer(); }
  void set(mlir::Value value, Content content) { contents_[whole(value)] = std::move(content); }

  /// The place of `bytes` at a buffer, at the present steps of all loops.
  Place place_of(const memory::Buffer& buffer, int64_t bytes) const {
    int64_t begin = buffer.offset_bytes;
    for (const memory::Stride& stride : buffer.strides) begin += counters_.at(stride.counter_bytes) * stride.step_bytes;
    return {static_cast<int>(buffer.base), buffer.index, begin, begin + bytes};
  }
  Access access(mlir::Value value, const memory::Buffer& buffer) {
    return {content_of(value), place_of(buffer, memory::sizeBytes(value.getType())),
            buffer.base == memory::Base::arena};
  }
  Access write(mlir::Value value, const memory::Buffer& buffer) {
    set(value, fresh(memory::sizeBytes(value.getType())));
    return access(value, buffer);
  }

  memory::Buffer slot(int64_t index) const { return {memory::Base::state, 0, layout_.offset_bytes[index]}; }
  memory::Buffer argument_buffer(mlir::BlockArgument argument, int64_t& scalars) {
    const unsigned number = argument.getArgNumber();
    if (auto input = function_.getArgAttrOfType<mlir::IntegerAttr>(number, ir::inputAttr))
      return {memory::Base::input, input.getInt(), 0};
    if (auto index = function_.getArgAttrOfType<mlir::IntegerAttr>(number, ir::slotAttr)) return slot(index.getInt());
    return {memory::Base::arguments, 0, 8 * scalars++};
  }
  memory::Buffer result_buffer(mlir::OpOperand& operand) {
    const unsigned number = operand.getOperandNumber();
    if (auto index = function_.getResultAttrOfType<mlir::IntegerAttr>(number, ir::updateAttr))
      return slot(index.getInt());
    return {memory::Base::result, function_.getResultAttrOfType<mlir::IntegerAttr>(number, ir::resultAttr).getInt(), 0};
  }

  void run(mlir::Block& block) {
    for (mlir::Operation& op : block) {
      if (auto fusion = llvm::dyn_cast<ir::FusionOp>(op)) made_.steps.push_back(step_of(fusion));
      else if (auto scan = llvm::dyn_cast<ir::ScanOp>(op)) run_loop(scan);
    }
  }

  Step step_of(ir::FusionOp fusion) {
    Step step;
    const auto buffers = memory::buffersOf(fusion);
    size_t at = 0;
    for (mlir::Value operand : fusion.getInputs()) step.reads.push_back(access(operand, buffers[at++]));
    for (mlir::Value result : fusion.getResults()) step.writes.push_back(write(result, buffers[at++]));
    return step;
  }

  /// Every step of a loop, with its number in memory from its beginning to its end.
  void run_loop(ir::ScanOp scan) {
    made_.has_loops = true;
    const int64_t counter = scan->getAttrOfType<mlir::IntegerAttr>(memory::counterAttr).getInt();
    Contents states = contents_of(scan.getInitial());
    std::vector<Contents> stacks(scan.stepResults().size(), Contents(scan.steps()));
    for (int64_t i = 0; i < scan.steps(); ++i) {
      const int64_t number = scan.getReverse() ? scan.steps() - 1 - i : i;
      counters_[counter] = number;
      const Access counted{fresh(8), place_of({memory::Base::arena, 0, counter}, 8), true};
      made_.steps.push_back({{}, {counted}});
      enter(scan, states, number);
      run(scan.block());
      states = contents_of(scan.newStates());
      const Contents results = contents_of(scan.stepResults());
      for (size_t k = 0; k < stacks.size(); ++k) stacks[k][number] = results[k];
      made_.steps.push_back({{counted}, {}});
    }
    for (auto [state, content] : llvm::zip_equal(scan.finalStates(), states)) set(state, content);
    for (auto [stack, rows] : llvm::zip_equal(scan.stacks(), stacks)) set(stack, joined(rows));
  }

  /// What the step's arguments hold at step `number`.
  void enter(ir::ScanOp scan, const Contents& states, int64_t number) {
    for (auto [argument, content] : llvm::zip_equal(scan.stateArguments(), states)) set(argument, content);
    for (auto [argument, sequence] : llvm::zip_equal(scan.elementArguments(), scan.getSequences()))
      set(argument, row_of(content_of(sequence), number, memory::sizeBytes(argument.getType())));
    for (auto [argument, value] : llvm::zip_equal(scan.invariantArguments(), scan.getInvariants()))
      set(argument, content_of(value));
  }

  FuncOp function_;
  const StateLayout& layout_;
  PlannedFunction made_;
  std::map<void*, Content> contents_;
  std::map<int64_t, int64_t> counters_;  // by where they lie in the arena
  int written_ = 0;
};

}  // namespace

std::vector<PlannedFunction> planned(const ProgramGraph& program, long rows) {
  mlir::DialectRegistry registry;
  registry.insert<mlir::func::FuncDialect, ir::StatorDialect>();
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  auto module = planned_module(context, program, rows);
  const StateLayout layout = layout_of(program.slots);
  std::vector<PlannedFunction> functions;
  for (auto function : module->getOps<FuncOp>()) functions.push_back(PlanReader(function, layout).read());
  return functions;
}

}  // namespace stator::tests
