// Operations at once: each is imported as an op on nothing but its operands' types, verified, interpreted and
// forgotten.
#include "compiler/import/import_operation.h"
#include "compiler/interface/interpret.h"
#include "compiler/interface/ops/scan.h"
#include "compiler/ir/dialect.h"
#include "compiler/ir/op_interface.h"
#include "compiler/ir/tensor_type.h"
#include "runtime/error.h"

namespace stator {

struct InterpreterContext::Values {
  explicit Values(const std::vector<Binding>& numbers) : bindings(numbers) { mlir.loadDialect<ir::StatorDialect>(); }

  mlir::MLIRContext mlir{mlir::MLIRContext::Threading::DISABLED};
  ir::Bindings bindings;
  std::vector<TensorValue> table;
  std::vector<mlir::Type> types;
};

static constexpr TensorSpec whole_scalar{DType::i64, {}};

InterpreterContext::InterpreterContext(const std::vector<Binding>& bindings, bool training, long seed, long step)
    : values(std::make_unique<Values>(bindings)),
      in_training(training),
      seed_value(add(whole_scalar, {static_cast<double>(seed)})),
      step_value(add(whole_scalar, {static_cast<double>(step)})) {}

InterpreterContext::~InterpreterContext() = default;

int InterpreterContext::add(const TensorSpec& spec, const std::vector<double>& elements) {
  TensorSpec bound = values->bindings.bind(spec);
  TensorValue value{spec.dtype, {}, elements};
  for (int axis = 0; axis < bound.rank(); ++axis) value.extents.push_back(bound.extents[axis].number);
  if (element_count(bound.extents).number != static_cast<long>(elements.size()))
    throw UserError("tensor: a type of " + std::to_string(element_count(bound.extents).number) + " elements is given " +
                    std::to_string(elements.size()));
  values->types.push_back(ir::typeOf(&values->mlir, bound));
  values->table.push_back(std::move(value));
  return static_cast<int>(values->table.size()) - 1;
}

int InterpreterContext::apply(const Operation& operation) {
  if (operation.op == rule::Scan::state || operation.op == rule::Scan::element)
    throw UserError("scan: operations that are carried out at once leave no loop to repeat: trace a function");
  if (operation.op == "gradient") throw UserError("gradient: operations that are carried out at once leave no graph");
  mlir::OpBuilder builder(&values->mlir);
  mlir::Block block;
  llvm::SmallVector<mlir::Value> operands;
  llvm::SmallVector<const TensorValue*> contents;
  for (int i = 0; i < operation.operand_count; ++i) {
    operands.push_back(block.addArgument(values->types[operation.operands[i]], builder.getUnknownLoc()));
    contents.push_back(&values->table[operation.operands[i]]);
  }
  builder.setInsertionPointToEnd(&block);
  mlir::Operation* op = ir::importOperation(builder, builder.getUnknownLoc(), operation, operands, values->bindings);
  TensorValue result = llvm::cast<ir::StatorOp>(op).interpret(contents);
  values->types.push_back(op->getResult(0).getType());
  values->table.push_back(std::move(result));
  return static_cast<int>(values->table.size()) - 1;
}

Context::Draw InterpreterContext::draw(long site) { return {seed_value, step_value, draws[site]++}; }

int InterpreterContext::read(int leaf) const {
  const auto found = assigned.find(leaf);
  return found == assigned.end() ? leaf : found->second;
}

const TensorValue& InterpreterContext::value(const Handle& handle) const { return values->table[handle.id]; }

}  // namespace stator
