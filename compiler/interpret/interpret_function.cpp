// Runs ops in order over a table of values; a fusion is its region's ops.
#include "compiler/interpret/interpret_function.h"

#include "compiler/ir/ops.h"
#include "llvm/ADT/DenseMap.h"
#include "runtime/error.h"

namespace stator::ir {
namespace {

/// Values by who defines them; a value goes when its last use is done.
class ValueTable {
 public:
  void set(mlir::Value value, TensorValue contents) {
    if (value.use_empty()) return;
    table[value] = {std::move(contents), std::distance(value.use_begin(), value.use_end())};
  }
  const TensorValue* at(mlir::Value value) const { return &table.find(value)->second.contents; }
  void release(mlir::Value value) {
    auto entry = table.find(value);
    if (--entry->second.usesLeft == 0) table.erase(entry);
  }

 private:
  struct Entry {
    TensorValue contents;
    long usesLeft = 0;
  };
  llvm::DenseMap<mlir::Value, Entry> table;
};

std::vector<TensorValue> interpretBlock(mlir::Block& block, llvm::ArrayRef<const TensorValue*> arguments,
                                        Arithmetic arithmetic);

/// One step's element of a sequence.
TensorValue elementAt(const TensorValue& sequence, int64_t step) {
  TensorValue element{sequence.dtype, {sequence.extents.begin() + 1, sequence.extents.end()}, {}};
  auto size = static_cast<int64_t>(sequence.elements.size()) / sequence.extents[0];
  auto begin = sequence.elements.begin() + step * size;
  element.elements.assign(begin, begin + size);
  return element;
}

TensorValue stackOf(const std::vector<TensorValue>& steps) {
  TensorValue stack{steps[0].dtype, {static_cast<long>(steps.size())}, {}};
  stack.extents.insert(stack.extents.end(), steps[0].extents.begin(), steps[0].extents.end());
  for (const TensorValue& step : steps)
    stack.elements.insert(stack.elements.end(), step.elements.begin(), step.elements.end());
  return stack;
}

/// The final states and the stacked results of a loop, for values of its operands.
std::vector<TensorValue> interpretScan(ScanOp scan, llvm::ArrayRef<const TensorValue*> operands,
                                       Arithmetic arithmetic) {
  unsigned stateCount = scan.stateCount(), sequenceCount = scan.sequenceCount();
  std::vector<TensorValue> states;
  for (const TensorValue* state : operands.take_front(stateCount)) states.push_back(*state);
  std::vector<std::vector<TensorValue>> results(scan.stepResults().size(), std::vector<TensorValue>(scan.steps()));
  for (int64_t i = 0; i < scan.steps(); ++i) {
    int64_t step = scan.getReverse() ? scan.steps() - 1 - i : i;
    std::vector<TensorValue> elements;
    for (const TensorValue* sequence : operands.slice(stateCount, sequenceCount))
      elements.push_back(elementAt(*sequence, step));
    llvm::SmallVector<const TensorValue*> given;
    for (const TensorValue& state : states) given.push_back(&state);
    for (const TensorValue& element : elements) given.push_back(&element);
    llvm::append_range(given, operands.drop_front(stateCount + sequenceCount));
    std::vector<TensorValue> yielded = interpretBlock(scan.block(), given, arithmetic);
    for (unsigned state = 0; state < stateCount; ++state) states[state] = std::move(yielded[state]);
    for (size_t result = 0; result < results.size(); ++result)
      results[result][step] = std::move(yielded[stateCount + result]);
  }
  for (const std::vector<TensorValue>& result : results) states.push_back(stackOf(result));
  return states;
}

/// Elements of f32 as an f32 holds them; narrower floats are computed in f32, too.
TensorValue roundedToType(TensorValue value) {
  if (is_float(value.dtype) && value.dtype != DType::f64)
    for (double& element : value.elements) element = static_cast<float>(element);
  return value;
}

std::vector<TensorValue> interpretOp(mlir::Operation& op, llvm::ArrayRef<const TensorValue*> operands,
                                     Arithmetic arithmetic) {
  if (auto scan = llvm::dyn_cast<ScanOp>(op)) return interpretScan(scan, operands, arithmetic);
  if (auto fusion = llvm::dyn_cast<FusionOp>(op)) return interpretBlock(fusion.getBody().front(), operands, arithmetic);
  auto meaning = llvm::dyn_cast<StatorOp>(op);
  if (!meaning) throw InternalError("interpret: " + op.getName().getStringRef().str() + " has no meaning as a value");
  TensorValue result = meaning.interpret(operands);
  return {arithmetic == Arithmetic::rounded ? roundedToType(std::move(result)) : std::move(result)};
}

std::vector<TensorValue> interpretBlock(mlir::Block& block, llvm::ArrayRef<const TensorValue*> arguments,
                                        Arithmetic arithmetic) {
  ValueTable values;
  for (auto [argument, contents] : llvm::zip_equal(block.getArguments(), arguments)) values.set(argument, *contents);
  for (mlir::Operation& op : block.without_terminator()) {
    llvm::SmallVector<const TensorValue*> operands;
    for (mlir::Value operand : op.getOperands()) operands.push_back(values.at(operand));
    std::vector<TensorValue> results = interpretOp(op, operands, arithmetic);
    for (mlir::Value operand : op.getOperands()) values.release(operand);
    for (auto [result, contents] : llvm::zip_equal(op.getResults(), results)) values.set(result, std::move(contents));
  }
  std::vector<TensorValue> results;
  for (mlir::Value result : block.getTerminator()->getOperands()) results.push_back(*values.at(result));
  return results;
}

}  // namespace

std::vector<TensorValue> interpretFunction(mlir::func::FuncOp function, const std::vector<TensorValue>& arguments,
                                           Arithmetic arithmetic) {
  llvm::SmallVector<const TensorValue*> pointers;
  for (const TensorValue& argument : arguments) pointers.push_back(&argument);
  return interpretBlock(function.getBody().front(), pointers, arithmetic);
}

}  // namespace stator::ir
