// A function of a program, from its graph to values: import, differentiate, interpret.
#include "compiler/differentiate/differentiate.h"
#include "compiler/import/import_program.h"
#include "compiler/interface/interpret.h"
#include "compiler/interpret/interpret_function.h"
#include "compiler/ir/dialect.h"
#include "compiler/ir/tensor_type.h"
#include "mlir/IR/Diagnostics.h"
#include "runtime/error.h"

namespace stator {
namespace {

long number(mlir::func::FuncOp function, unsigned argument, llvm::StringRef attribute) {
  return function.getArgAttrOfType<mlir::IntegerAttr>(argument, attribute).getInt();
}

double scalar(const Function& function, const std::string& name, const std::map<std::string, double>& arguments) {
  if (auto given = arguments.find(name); given != arguments.end()) return given->second;
  for (size_t i = 0; i < function.arguments.size(); ++i)
    if (function.arguments[i].view() == name && i < function.defaults.size()) return function.defaults[i];
  throw UserError(function.name.str() + ": argument " + name + " has no value");
}

void check_fits(const std::string& what, const TensorValue& value, mlir::Type type) {
  TensorSpec spec = ir::specOf(type);
  bool fits = value.dtype == spec.dtype && static_cast<int>(value.extents.size()) == spec.rank();
  long count = 1;
  for (int axis = 0; fits && axis < spec.rank(); ++axis) {
    fits = value.extents[axis] == spec.extents[axis].number;
    count *= value.extents[axis];
  }
  if (!fits || count != static_cast<long>(value.elements.size()))
    throw UserError(what + ": the value given is not of the type declared");
}

TensorValue argument_value(mlir::func::FuncOp op, unsigned i, const Function& function,
                           const std::vector<TensorValue>& inputs, const std::vector<TensorValue>& state,
                           const std::map<std::string, double>& arguments) {
  mlir::Type type = op.getArgumentTypes()[i];
  if (auto name = op.getArgAttrOfType<mlir::StringAttr>(i, ir::argumentAttr))
    return {ir::specOf(type).dtype, {}, {scalar(function, name.str(), arguments)}};
  bool is_input = static_cast<bool>(op.getArgAttr(i, ir::inputAttr));
  const auto& values = is_input ? inputs : state;
  auto index = static_cast<size_t>(number(op, i, is_input ? ir::inputAttr : ir::slotAttr));
  std::string what = function.name.str() + ": " + (is_input ? "input " : "state slot ") + std::to_string(index);
  if (index >= values.size()) throw UserError(what + " is not given");
  check_fits(what, values[index], type);
  return values[index];
}

const Function& function_named(const ProgramGraph& program, std::string_view name) {
  for (const Function& function : program.functions)
    if (function.name.view() == name) return function;
  throw UserError("interpret: the program has no function " + std::string(name));
}

void differentiate(mlir::func::FuncOp function) {
  std::string text;
  mlir::ScopedDiagnosticHandler handler(function.getContext(), [&](mlir::Diagnostic& diagnostic) {
    if (text.empty()) text = diagnostic.str();
    return mlir::success();
  });
  if (mlir::failed(ir::differentiate(function))) throw UserError(text);
}

}  // namespace

std::vector<TensorValue> interpret(const ProgramGraph& program, std::string_view name,
                                   const std::vector<Binding>& bindings, const std::vector<TensorValue>& inputs,
                                   std::vector<TensorValue>& state, const std::map<std::string, double>& arguments,
                                   Arithmetic arithmetic) {
  const Function& function = function_named(program, name);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = ir::importProgram(context, program, bindings);
  auto op = module->lookupSymbol<mlir::func::FuncOp>(function.name.str());
  differentiate(op);
  std::vector<TensorValue> values;
  for (unsigned i = 0; i < op.getNumArguments(); ++i)
    values.push_back(argument_value(op, i, function, inputs, state, arguments));
  std::vector<TensorValue> computed = ir::interpretFunction(op, values, arithmetic), results;
  for (unsigned i = 0; i < computed.size(); ++i) {
    auto slot = op.getResultAttrOfType<mlir::IntegerAttr>(i, ir::updateAttr);
    (slot ? state[slot.getInt()] : results.emplace_back()) = std::move(computed[i]);
  }
  return results;
}

}  // namespace stator
