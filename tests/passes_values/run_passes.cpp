// Parses or imports a module, runs passes, interprets.
#include "tests/passes_values/run_passes.h"

#include <cmath>
#include <limits>
#include <random>

#include "compiler/import/import_program.h"
#include "compiler/interpret/interpret_function.h"
#include "compiler/ir/dialect.h"
#include "compiler/ir/element_index.h"
#include "compiler/pipeline/register_passes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "runtime/error.h"

namespace stator::tests {
namespace {

mlir::MLIRContext& context() {
  static mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  static bool registered =
      (context.loadDialect<mlir::func::FuncDialect, ir::StatorDialect>(), ir::registerStatorPasses(), true);
  (void)registered;
  return context;
}

TensorValue argument_value(mlir::func::FuncOp function, unsigned i, const Arguments& arguments) {
  TensorValue shape = ir::filled(function.getArgument(i).getType());
  if (auto input = function.getArgAttrOfType<mlir::IntegerAttr>(i, ir::inputAttr))
    if (input.getInt() < long(arguments.inputs.size())) return arguments.inputs[input.getInt()];
  std::string name = "argument" + std::to_string(i);
  for (llvm::StringRef attribute : {ir::nameAttr, ir::argumentAttr})
    if (auto text = function.getArgAttrOfType<mlir::StringAttr>(i, attribute)) name = text.str();
  if (auto scalar = arguments.scalars.find(name); scalar != arguments.scalars.end())
    return ir::filled(function.getArgument(i).getType(), scalar->second);
  TensorValue value = drawn(name, shape.dtype, shape.extents);
  bool isAverage = name.starts_with("optimizer.");  // of squares
  for (double& element : value.elements) element = isAverage ? std::abs(element) : element;
  return value;
}

}  // namespace

struct Module::State {
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

Module::Module(const std::string& text) : state_(std::make_shared<State>()) {
  state_->module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  if (!state_->module) throw UserError("the module cannot be parsed: " + text);
}

Module::Module(const ProgramGraph& program, const std::vector<Binding>& bindings) : state_(std::make_shared<State>()) {
  state_->module = ir::importProgram(context(), program, bindings);
}

Module Module::after(const std::string& passes) const {
  std::string complaint;
  mlir::ScopedDiagnosticHandler handler(&context(), [&](mlir::Diagnostic& diagnostic) {
    if (complaint.empty()) complaint = diagnostic.str();
    return mlir::success();
  });
  auto result = std::make_shared<State>();
  result->module = state_->module->clone();
  mlir::PassManager manager(&context());
  std::string each = "func.func(" + passes + ")";
  if (mlir::failed(mlir::parsePassPipeline(each, manager)) || mlir::failed(manager.run(*result->module)))
    throw UserError(complaint);
  return Module(result);
}

std::vector<TensorValue> Module::run(const std::string& function, const Arguments& arguments,
                                     Arithmetic arithmetic) const {
  auto found = state_->module->lookupSymbol<mlir::func::FuncOp>(function);
  std::vector<TensorValue> values;
  for (unsigned i = 0; i < found.getNumArguments(); ++i) values.push_back(argument_value(found, i, arguments));
  return ir::interpretFunction(found, values, arithmetic);
}

int Module::count(const std::string& op) const {
  int count = 0;
  state_->module->walk([&](mlir::Operation* each) { count += each->getName().getStringRef() == "stator." + op; });
  return count;
}

TensorValue drawn(const std::string& name, DType dtype, std::vector<long> extents) {
  TensorValue value{dtype, std::move(extents), {}};
  std::seed_seq seed(name.begin(), name.end());
  std::mt19937 generator(seed);
  long count = 1;
  for (long extent : value.extents) count *= extent;
  for (long i = 0; i < count; ++i) {
    double fraction = 2.0 * generator() / 4294967296.0 - 1;
    value.elements.push_back(is_float(dtype) ? fraction : std::floor(5 * std::abs(fraction)));
  }
  return value;
}

double error(const std::vector<TensorValue>& a, const std::vector<TensorValue>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].extents != b[i].extents) return std::numeric_limits<double>::infinity();
    double difference = 0, greatest = 1e-300;
    for (size_t k = 0; k < a[i].elements.size(); ++k) {
      double x = a[i].elements[k], y = b[i].elements[k];
      if (!std::isfinite(x) || !std::isfinite(y)) return std::numeric_limits<double>::infinity();
      difference = std::max(difference, std::abs(x - y)), greatest = std::max(greatest, std::abs(y));
    }
    worst = std::max(worst, difference / greatest);
  }
  return worst;
}

}  // namespace stator::tests
