// Parses, differentiates and interprets small modules.
#include "tests/interpret/one_op.h"

#include "compiler/differentiate/differentiate.h"
#include "compiler/interpret/interpret_function.h"
#include "compiler/ir/dialect.h"
#include "compiler/ir/element_index.h"
#include "compiler/ir/tensor_type.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "runtime/error.h"

namespace stator::tests {
namespace {

mlir::MLIRContext& context() {
  static mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<mlir::func::FuncDialect, ir::StatorDialect>();
  return context;
}

std::string numbered(std::string prefix, size_t i) { return prefix += std::to_string(i); }

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

bool is_float_type(const std::string& type) { return type.find("xf") != std::string::npos; }

std::string scalar_of(const std::string& type) { return "tensor<" + type.substr(type.rfind('x') + 1); }

/// `%p = weights * op`, summed over all axes to the scalar %loss.
std::string weighted_sum(const OneOp& op, const std::string& weights) {
  const std::string& type = op.result;
  TensorValue shape = value_of(type, {});
  std::string axes, ones;
  for (size_t i = 0; i < shape.extents.size(); ++i) axes += (i ? ", " : " ") + std::to_string(i), ones += "1x";
  std::string reduced = "tensor<" + ones + scalar_of(type).substr(7);
  return "  %p = stator.mul %y, " + weights + " : (" + type + ", " + type + ") -> " + type + "\n" +
         "  %s = stator.sum %p {axes = array<i64:" + axes + ">} : (" + type + ") -> " + reduced + "\n" +
         "  %loss = stator.reshape %s : (" + reduced + ") -> " + scalar_of(type) + "\n";
}

std::string line_of(const OneOp& op) {
  if (op.operands.empty()) return "  %y = " + op.text + " : " + op.result + "\n";
  return "  %y = " + op.text + " : (" + joined(op.operands) + ") -> " + op.result + "\n";
}

std::string parameters(const std::vector<std::string>& types) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < types.size(); ++i) parts.push_back(numbered("%", i) + ": " + types[i]);
  return joined(parts);
}

std::vector<TensorValue> values_of(const std::vector<std::string>& types,
                                   const std::vector<std::vector<double>>& elements) {
  std::vector<TensorValue> values;
  for (size_t i = 0; i < types.size(); ++i) values.push_back(value_of(types[i], elements[i]));
  return values;
}

}  // namespace

TensorValue value_of(const std::string& type, const std::vector<double>& elements) {
  TensorValue value = ir::filled(mlir::parseType(type, &context()));
  if (!elements.empty()) value.elements = elements;
  return value;
}

std::string OneOp::name() const { return text.substr(7, text.find(' ') - 7); }

std::vector<double> OneOp::run(const std::vector<std::vector<double>>& elements) const {
  std::string module = "func.func @main(" + parameters(operands) + ") -> " + result + " {\n" + line_of(*this) +
                       "  return %y : " + result + "\n}";
  return run_module(module, values_of(operands, elements)).front().elements;
}

WeightedSum differentiated(const OneOp& op, const std::vector<std::vector<double>>& elements,
                           const std::vector<double>& weights) {
  std::vector<std::string> types = op.operands, names{"%loss"}, results{scalar_of(op.result)};
  types.push_back(op.result);
  std::string body = line_of(op) + weighted_sum(op, numbered("%", op.operands.size()));
  for (size_t i = 0; i < op.operands.size(); ++i) {
    if (!is_float_type(op.operands[i])) continue;
    std::string name = numbered("%g", i), operand = numbered("%", i);
    body += "  " + name + " = stator.gradient %loss, " + operand + " : (" + scalar_of(op.result) + ", " +
            op.operands[i] + ") -> " + op.operands[i] + "\n";
    names.push_back(name), results.push_back(op.operands[i]);
  }
  auto all = elements;
  all.push_back(weights);
  std::string module = "func.func @main(" + parameters(types) + ") -> (" + joined(results) + ") {\n" + body +
                       "  return " + joined(names) + " : " + joined(results) + "\n}";
  std::vector<TensorValue> values = run_module(module, values_of(types, all));
  WeightedSum sum{values[0].elements[0], {}};
  for (size_t i = 1; i < values.size(); ++i) sum.gradients.push_back(values[i].elements);
  return sum;
}

std::vector<TensorValue> run_module(const std::string& text, const std::vector<TensorValue>& arguments) {
  std::string complaint;
  mlir::ScopedDiagnosticHandler handler(&context(), [&](mlir::Diagnostic& diagnostic) {
    if (complaint.empty()) complaint = diagnostic.str();
    return mlir::success();
  });
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  if (!module) throw UserError(complaint + "\n" + text);
  auto function = module->lookupSymbol<mlir::func::FuncOp>("main");
  if (mlir::failed(ir::differentiate(function))) throw UserError(complaint);
  return ir::interpretFunction(function, arguments);
}

}  // namespace stator::tests
