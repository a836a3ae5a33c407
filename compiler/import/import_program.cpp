// A func.func for each function of a program: what comes from outside becomes arguments, every other node an op.
#include "compiler/import/import_program.h"

#include <map>
#include <set>

#include "compiler/import/import_operation.h"
#include "compiler/import/layer_names.h"
#include "compiler/import/region_stack.h"
#include "compiler/ir/dialect.h"
#include "compiler/ir/tensor_type.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "runtime/error.h"

namespace stator::ir {
namespace {

class FunctionImport {
 public:
  FunctionImport(mlir::OpBuilder& builder, const ProgramGraph& program, const Function& function,
                 const Bindings& bindings)
      : builder(builder),
        program(program),
        function(function),
        graph(function.graph),
        bindings(bindings),
        layers(layerNames(program, function)) {}

  void run() {
    auto type = mlir::FunctionType::get(builder.getContext(), {}, {});
    op = builder.create<mlir::func::FuncOp>(builder.getUnknownLoc(), function.name.str(), type);
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(op.addEntryBlock());
    values.resize(graph.nodes.size());
    results.resize(graph.nodes.size());
    findScans();
    addInputs();
    addSlots();
    addArguments();
    op.setType(builder.getFunctionType(op.getBody().getArgumentTypes(), {}));
    op.setAllArgAttrs(argumentAttributes);
    RegionStack regions(builder);
    for (size_t i = 0; i < graph.nodes.size(); ++i)
      if (!values[i]) {
        importNode(static_cast<int>(i), regions);
        markCheckpoint(static_cast<int>(i));
      }
    addResults(regions);
  }

 private:
  /// Each scan begins at the first placeholder of its step, which is its first operand of that kind.
  void findScans() {
    for (const Node& node : graph.nodes) {
      if (node.op != rule::Scan::name) continue;
      rule::Scan rule = ruleOf(node);
      opens.insert(graph.operand(node, static_cast<int>(rule.states + rule.sequences)));
    }
  }

  rule::Scan ruleOf(const Node& node) const {
    auto number = [&](std::string_view name) { return graph.attribute(node, name)->integers[0]; };
    return {number("states"), number("sequences"), number("reverse")};
  }

  void importNode(int id, RegionStack& regions) {
    const Node& node = graph.nodes[id];
    if (opens.contains(id)) regions.open();
    if (node.op == rule::Scan::state || node.op == rule::Scan::element)
      values[id] = regions.give(values[graph.operand(node, 0)], node.op == rule::Scan::element);
    else if (node.op == rule::Scan::name) importScan(id, regions);
    else if (node.op == rule::Scan::result)
      values[id] = results[graph.operand(node, 0)][graph.attribute(node, "index")->integers[0]];
    else values[id] = importOp(id, regions);
  }

  /// Notes on the op of a node in which checkpointed block it stands. Nodes come in order, and so do blocks. The steps
  /// of loops have no notes: the derivative of a loop says itself what it keeps.
  void markCheckpoint(int id) {
    const auto& all = graph.checkpoints;
    while (checkpoint < all.size() && id >= all[checkpoint].last) ++checkpoint;
    mlir::Operation* made = values[id] ? values[id].getDefiningOp() : nullptr;
    if (!made || made->getBlock() != &op.getBody().front()) return;
    if (checkpoint < all.size() && id >= all[checkpoint].first)
      made->setAttr(checkpointAttr, builder.getI64IntegerAttr(static_cast<int64_t>(checkpoint)));
  }

  void importScan(int id, RegionStack& regions) {
    const Node& node = graph.nodes[id];
    rule::Scan rule = ruleOf(node);
    llvm::SmallVector<mlir::Value> given;
    for (int i = static_cast<int>(2 * (rule.states + rule.sequences)); i < node.operand_count; ++i)
      given.push_back(regions.visible(values[graph.operand(node, i)]));
    ScanOp scan = regions.close(rule, given);
    scan->setLoc(locationOf(id));
    llvm::append_range(results[id], scan.getResults());
    if (!results[id].empty()) values[id] = results[id].front();
  }

  /// The layer of a node, by name.
  mlir::Location locationOf(int id) const {
    if (layers[id].empty()) return builder.getUnknownLoc();
    return mlir::NameLoc::get(builder.getStringAttr(layers[id]));
  }

  mlir::Value importOp(int id, RegionStack& regions) {
    const Node& node = graph.nodes[id];
    llvm::SmallVector<mlir::Value> operands;
    for (int i = 0; i < node.operand_count; ++i) operands.push_back(regions.visible(values[graph.operand(node, i)]));
    stator::Operation operation{
        node.op,  nullptr, node.operand_count, graph.attributes.data() + node.first_attribute, node.attribute_count,
        node.spec};
    return importOperation(builder, locationOf(id), operation, operands, bindings)->getResult(0);
  }

  /// The function's type and attributes follow once all are there: each change makes them anew.
  mlir::Value addArgument(const TensorSpec& spec, llvm::ArrayRef<mlir::NamedAttribute> attributes) {
    mlir::Type type = typeOf(builder.getContext(), bindings.bind(spec));
    argumentAttributes.push_back(builder.getDictionaryAttr(attributes));
    return op.getBody().addArgument(type, builder.getUnknownLoc());
  }

  /// The nodes of op `name`, by what `key` makes of each; in the order of the keys.
  template <class Key> std::map<long, llvm::SmallVector<int>> nodesOf(std::string_view name, Key key) const {
    std::map<long, llvm::SmallVector<int>> nodes;
    for (auto [i, node] : llvm::enumerate(graph.nodes))
      if (node.op == name) nodes[key(node)].push_back(static_cast<int>(i));
    return nodes;
  }

  void addInputs() {
    auto nodes = nodesOf("input", [&](const Node& node) { return graph.attribute(node, "index")->integers[0]; });
    for (auto [index, spec] : llvm::enumerate(function.inputs)) {
      mlir::Value input = addArgument(spec, {builder.getNamedAttr(inputAttr, builder.getI64IntegerAttr(index))});
      for (int node : nodes[static_cast<long>(index)]) values[node] = input;
    }
  }

  void addSlots() {
    auto nodes = nodesOf("slot", [&](const Node& node) { return graph.attribute(node, "index")->integers[0]; });
    for (const auto& [index, same] : nodes) {
      mlir::Value slot = addArgument(program.slots[index].spec, slotAttributes(slotAttr, index));
      for (int node : same) values[node] = slot;
    }
  }

  void addArguments() {
    auto nodes = nodesOf("argument", [&](const Node& node) { return graph.attribute(node, "index")->integers[0]; });
    for (const auto& [index, same] : nodes) {
      auto name = builder.getStringAttr(function.arguments[index].str());
      mlir::Value argument = addArgument(graph.nodes[same.front()].spec, {builder.getNamedAttr(argumentAttr, name)});
      for (int node : same) values[node] = argument;
    }
  }

  llvm::SmallVector<mlir::NamedAttribute> slotAttributes(llvm::StringRef kind, long slot) {
    return {builder.getNamedAttr(kind, builder.getI64IntegerAttr(slot)),
            builder.getNamedAttr(nameAttr, builder.getStringAttr(program.slots[slot].name.str()))};
  }

  void addResults(RegionStack& regions) {
    llvm::SmallVector<mlir::Value> returned;
    llvm::SmallVector<mlir::Attribute> attributes;
    for (auto [index, node] : llvm::enumerate(graph.results)) {
      returned.push_back(regions.visible(values[node]));
      attributes.push_back(
          builder.getDictionaryAttr(builder.getNamedAttr(resultAttr, builder.getI64IntegerAttr(index))));
    }
    for (const Update& update : graph.updates) {
      returned.push_back(regions.visible(values[update.value]));
      attributes.push_back(builder.getDictionaryAttr(slotAttributes(updateAttr, update.slot)));
    }
    auto terminator = builder.create<mlir::func::ReturnOp>(builder.getUnknownLoc(), returned);
    op.setType(builder.getFunctionType(op.getArgumentTypes(), terminator.getOperandTypes()));
    op.setResAttrsAttr(builder.getArrayAttr(attributes));
  }

  mlir::OpBuilder& builder;
  const ProgramGraph& program;
  const Function& function;
  const Graph& graph;
  const Bindings& bindings;
  const std::vector<std::string> layers;  // of each node
  mlir::func::FuncOp op;
  llvm::SmallVector<mlir::DictionaryAttr> argumentAttributes;
  std::vector<mlir::Value> values;
  size_t checkpoint = 0;                                // the first that has not been passed
  std::vector<llvm::SmallVector<mlir::Value>> results;  // of scans
  std::set<int> opens;                                  // nodes that begin the step of a scan
};

mlir::DictionaryAttr bindingsOf(mlir::Builder& builder, const Bindings& bindings) {
  llvm::SmallVector<mlir::NamedAttribute> numbers;
  for (int s = 1; s < symbol::count; ++s)
    if (long number = bindings.numberOf(Symbol(s)))
      numbers.push_back(builder.getNamedAttr(symbol::name_of(Symbol(s)), builder.getI64IntegerAttr(number)));
  return builder.getDictionaryAttr(numbers);
}

void checkNames(const ProgramGraph& program) {
  for (const Function& function : program.functions)
    for (const Function* other = &program.functions.front(); other != &function; ++other)
      if (other->name == function.name)
        throw UserError("program: two functions are called '" + function.name.str() + "'");
}

}  // namespace

mlir::OwningOpRef<mlir::ModuleOp> importProgram(mlir::MLIRContext& context, const ProgramGraph& program,
                                                const std::vector<Binding>& bindings) {
  context.loadDialect<mlir::func::FuncDialect, StatorDialect>();
  checkNames(program);
  Bindings numbers(bindings);
  mlir::OpBuilder builder(&context);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(builder.getUnknownLoc());
  module.get()->setAttr(bindingsAttr, bindingsOf(builder, numbers));
  builder.setInsertionPointToStart(module->getBody());
  for (const Function& function : program.functions) FunctionImport(builder, program, function, numbers).run();
  return module;
}

}  // namespace stator::ir
