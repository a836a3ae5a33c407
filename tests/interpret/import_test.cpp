// From a graph made by hand to values, and what import refuses.
#include "compiler/import/import_program.h"

#include "compiler/interface/interpret.h"
#include "compiler/ir/dialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "runtime/error.h"
#include "tests/catch.h"

namespace stator::tests {
namespace {

const TensorSpec rows{DType::f32, Extents{0, symbol::batch, 2}};
const TensorSpec weight{DType::f32, Extents{0, 2, 1}};
const TensorSpec scalar{DType::f32, {}};

int add(Graph& graph, std::string_view op, std::vector<int> operands, std::vector<Attribute> attributes,
        const TensorSpec& result) {
  return graph.add({op, operands.data(), static_cast<int>(operands.size()), attributes.data(),
                    static_cast<int>(attributes.size()), result});
}

/// One step of gradient descent of sum(x w) in w: `w -= lr * sum over rows of x`. Gives the loss.
ProgramGraph descent() {
  Function step;
  step.name = "step";
  step.inputs = {rows};
  step.arguments = {"unused", "lr"};
  step.defaults = {0, 0.5};
  Graph& g = step.graph;
  const long axes[]{0, 1};
  int w = add(g, "slot", {}, {Attribute::of("index", 1L)}, weight);
  int x = add(g, "input", {}, {Attribute::of("index", 0L)}, rows);
  int y = add(g, "matmul", {x, w}, {}, {DType::f32, Extents{0, symbol::batch, 1}});
  int sum = add(g, "sum", {y}, {Attribute::of("axes", axes, 2)}, {DType::f32, Extents{0, 1, 1}});
  int loss = add(g, "reshape", {sum}, {}, scalar);
  int dw = add(g, "gradient", {loss, w}, {}, weight);
  int lr = add(g, "argument", {}, {Attribute::of("index", 1L)}, scalar);
  int wide = add(g, "broadcast", {add(g, "reshape", {lr}, {}, {DType::f32, Extents{0, 1, 1}})}, {}, weight);
  int moved = add(g, "sub", {w, add(g, "mul", {wide, dw}, {}, weight)}, {}, weight);
  g.results = {loss};
  g.updates = {{1, moved}};
  ProgramGraph program;
  program.slots = {{"unused", scalar, Slot::Role::buffer, {}}, {"fc.weight", weight, Slot::Role::parameter, {}}};
  program.functions = {step};
  return program;
}

std::string message_of(const ProgramGraph& program, const std::vector<Binding>& bindings) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  try {
    ir::importProgram(context, program, bindings);
  } catch (const UserError& error) { return error.what(); }
  return "";
}

}  // namespace

TEST_CASE("arguments are inputs, slots and scalars that are used; results are results and updates") {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = ir::importProgram(context, descent(), {{symbol::batch, 3}});
  auto step = module->lookupSymbol<mlir::func::FuncOp>("step");
  REQUIRE(step.getNumArguments() == 3);
  CHECK(step.getArgAttrOfType<mlir::IntegerAttr>(0, ir::inputAttr).getInt() == 0);
  CHECK(step.getArgAttrOfType<mlir::IntegerAttr>(1, ir::slotAttr).getInt() == 1);
  CHECK(step.getArgAttrOfType<mlir::StringAttr>(1, ir::nameAttr).getValue() == "fc.weight");
  CHECK(step.getArgAttrOfType<mlir::StringAttr>(2, ir::argumentAttr).getValue() == "lr");
  CHECK(step.getResultAttrOfType<mlir::IntegerAttr>(0, ir::resultAttr).getInt() == 0);
  CHECK(step.getResultAttrOfType<mlir::IntegerAttr>(1, ir::updateAttr).getInt() == 1);
  auto bindings = module.get()->getAttrOfType<mlir::DictionaryAttr>(ir::bindingsAttr);
  CHECK(bindings.getAs<mlir::IntegerAttr>("batch").getInt() == 3);
  auto input = llvm::cast<mlir::RankedTensorType>(step.getArgumentTypes()[0]);
  CHECK(input.getDimSize(0) == 3);
  CHECK(llvm::isa<ir::SymbolsAttr>(input.getEncoding()));
}

TEST_CASE("a program is interpreted, and its state updated") {
  TensorValue x{DType::f32, {3, 2}, {1, 2, 3, 4, 5, 6}};
  std::vector<TensorValue> state{{DType::f32, {}, {0}}, {DType::f32, {2, 1}, {10, 1}}};
  auto results = interpret(descent(), "step", {{symbol::batch, 3}}, {x}, state);
  CHECK(results[0].elements == std::vector<double>{102});
  CHECK(state[1].elements == std::vector<double>{5.5, -5});
  interpret(descent(), "step", {{symbol::batch, 3}}, {x}, state, {{"lr", 1}});
  CHECK(state[1].elements == std::vector<double>{-3.5, -17});
}

TEST_CASE("import refuses what does not verify") {
  CHECK(message_of(descent(), {}) == "compile: batch is bound to no number, as in `compile(program, batch = 32)`");
  CHECK(message_of(descent(), {{symbol::batch, 0}}) == "compile: batch is bound to 0, and an extent is at least 1");
  ProgramGraph program = descent();
  program.slots[1].spec.extents[0] = Extent(3);
  CHECK(message_of(program, {{symbol::batch, 4}}) == "matmul: inner extents differ: [4*batch, 2] x [3, 1]");
  program = descent();
  program.functions[0].graph.nodes[2].op = "matmull";
  CHECK(message_of(program, {{symbol::batch, 4}}) == "matmull: there is no op of this name");
}

TEST_CASE("the interpreter refuses values that do not fit") {
  std::vector<TensorValue> state{{DType::f32, {}, {0}}, {DType::f32, {2, 1}, {10, 1}}};
  TensorValue two_rows{DType::f32, {2, 2}, {1, 2, 3, 4}};
  CHECK_THROWS_WITH(interpret(descent(), "step", {{symbol::batch, 3}}, {two_rows}, state),
                    ContainsSubstring("step: input 0: the value given is not of the type declared"));
  CHECK_THROWS_WITH(interpret(descent(), "step", {{symbol::batch, 3}}, {}, state),
                    ContainsSubstring("step: input 0 is not given"));
  CHECK_THROWS_WITH(interpret(descent(), "stop", {{symbol::batch, 3}}, {two_rows}, state),
                    ContainsSubstring("the program has no function stop"));
}

}  // namespace stator::tests
