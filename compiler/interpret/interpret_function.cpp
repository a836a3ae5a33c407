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

std::vector<TensorValue> interpretBlock(mlir::Block& block, llvm::ArrayRef<const TensorValue*> arguments);

std::vector<TensorValue> interpretOp(mlir::Operation& op, llvm::ArrayRef<const TensorValue*> operands) {
  if (auto fusion = llvm::dyn_cast<FusionOp>(op)) return interpretBlock(fusion.getBody().front(), operands);
  auto meaning = llvm::dyn_cast<StatorOp>(op);
  if (!meaning) throw InternalError("interpret: " + op.getName().getStringRef().str() + " has no meaning as a value");
  return {meaning.interpret(operands)};
}

std::vector<TensorValue> interpretBlock(mlir::Block& block, llvm::ArrayRef<const TensorValue*> arguments) {
  ValueTable values;
  for (auto [argument, contents] : llvm::zip_equal(block.getArguments(), arguments)) values.set(argument, *contents);
  for (mlir::Operation& op : block.without_terminator()) {
    llvm::SmallVector<const TensorValue*> operands;
    for (mlir::Value operand : op.getOperands()) operands.push_back(values.at(operand));
    std::vector<TensorValue> results = interpretOp(op, operands);
    for (mlir::Value operand : op.getOperands()) values.release(operand);
    for (auto [result, contents] : llvm::zip_equal(op.getResults(), results)) values.set(result, std::move(contents));
  }
  std::vector<TensorValue> results;
  for (mlir::Value result : block.getTerminator()->getOperands()) results.push_back(*values.at(result));
  return results;
}

}  // namespace

std::vector<TensorValue> interpretFunction(mlir::func::FuncOp function, const std::vector<TensorValue>& arguments) {
  llvm::SmallVector<const TensorValue*> pointers;
  for (const TensorValue& argument : arguments) pointers.push_back(&argument);
  return interpretBlock(function.getBody().front(), pointers);
}

}  // namespace stator::ir
