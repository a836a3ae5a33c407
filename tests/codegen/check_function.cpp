// Compiles a function of stator ops for every target of this host, and holds it to the interpreter.
#include "tests/codegen/check_function.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <random>
#include <thread>

#include "compiler/cpu/emit_object.h"
#include "compiler/cpu/lower_cpu.h"
#include "compiler/cpu/lower_to_llvm.h"
#include "compiler/fuse/fuse.h"
#include "compiler/interpret/interpret_function.h"
#include "compiler/ir/dialect.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/tensor_type.h"
#include "compiler/memory/buffer.h"
#include "compiler/memory/plan_memory.h"
#include "compiler/pipeline/compiled_program.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "runtime/element.h"
#include "tests/catch.h"

namespace stator::tests {
namespace {

using Bytes = std::vector<char>;

mlir::MLIRContext& context() {
  static mlir::MLIRContext* context = [] {
    mlir::DialectRegistry registry;
    cpu::registerCpuDialects(registry);
    registry.insert<mlir::func::FuncDialect, ir::StatorDialect>();
    auto* made = new mlir::MLIRContext(registry, mlir::MLIRContext::Threading::DISABLED);
    made->loadAllAvailableDialects();
    return made;
  }();
  return *context;
}

/// Memory on a 64-byte boundary.
struct Aligned {
  explicit Aligned(int64_t bytes) : storage(bytes + 64) {}
  char* data() { return reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(storage.data()) + 63) / 64 * 64); }
  Bytes storage;
};

void write(const TensorValue& value, char* to) {
  visit_element(value.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    for (size_t i = 0; i < value.elements.size(); ++i) {
      T element = static_cast<T>(value.elements[i]);
      std::memcpy(to + i * sizeof(T), &element, sizeof(T));
    }
  });
}

void read(TensorValue& value, const char* from) {
  visit_element(value.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    for (size_t i = 0; i < value.elements.size(); ++i) {
      T element;
      std::memcpy(&element, from + i * sizeof(T), sizeof(T));
      value.elements[i] = static_cast<double>(element);
    }
  });
}

TensorValue shaped(mlir::Type type) {
  auto tensor = llvm::cast<mlir::RankedTensorType>(type);
  TensorValue value{ir::dtypeOf(tensor.getElementType()), {}, std::vector<double>(tensor.getNumElements())};
  value.extents.assign(tensor.getShape().begin(), tensor.getShape().end());
  return value;
}

TensorValue drawn(mlir::Type type, const CheckOptions& options, std::mt19937& random) {
  TensorValue value = shaped(type);
  for (double& element : value.elements) {
    if (is_float(value.dtype))
      element = static_cast<float>(std::uniform_real_distribution<double>(options.low, options.high)(random));
    else
      element = std::uniform_int_distribution<int>(
          0, value.dtype == DType::boolean ? 1 : std::max(1, int(options.high) - 1))(random);
  }
  return value;
}

/// Where each argument and result of @main lies.
struct Places {
  llvm::SmallVector<int64_t> slotOffsets;
  int64_t state_bytes = 64;
};

Places annotate(mlir::ModuleOp module, mlir::func::FuncOp main) {
  mlir::Builder b(module.getContext());
  Places places;
  int64_t inputs = 0, results = 0;
  std::map<int64_t, int64_t> slotBytes;
  auto note = [&](mlir::Attribute slot, mlir::Type type) {
    slotBytes[llvm::cast<mlir::IntegerAttr>(slot).getInt()] = memory::sizeBytes(type);
  };
  for (unsigned i = 0; i < main.getNumArguments(); ++i) {
    if (auto slot = main.getArgAttr(i, ir::slotAttr)) note(slot, main.getArgumentTypes()[i]);
    else if (!main.getArgAttr(i, ir::argumentAttr)) main.setArgAttr(i, ir::inputAttr, b.getI64IntegerAttr(inputs++));
  }
  for (unsigned i = 0; i < main.getNumResults(); ++i) {
    if (auto slot = main.getResultAttr(i, ir::updateAttr)) note(slot, main.getResultTypes()[i]);
    else main.setResultAttr(i, ir::resultAttr, b.getI64IntegerAttr(results++));
  }
  for (auto& [slot, bytes] : slotBytes) {
    places.slotOffsets.resize(slot + 1, 0);
    places.slotOffsets[slot] = places.state_bytes;
    places.state_bytes += (bytes + 63) / 64 * 64;
  }
  module->setAttr(memory::slotOffsetsAttr, b.getDenseI64ArrayAttr(places.slotOffsets));
  return places;
}

/// One call of a compiled @main on copies of the arguments.
struct Call {
  Call(mlir::func::FuncOp main, const Places& places, const CompiledFunction& function,
       const std::vector<TensorValue>& arguments)
      : state(places.state_bytes), arena(function.arena_bytes) {
    for (const TensorFacts& facts : function.inputs) inputs.emplace_back(facts.size_bytes());
    for (const TensorFacts& facts : function.results) results.emplace_back(facts.size_bytes());
    std::memset(arena.data(), 0x7F, function.arena_bytes);
    size_t input = 0;
    for (unsigned i = 0; i < main.getNumArguments(); ++i) {
      if (auto slot = main.getArgAttrOfType<mlir::IntegerAttr>(i, ir::slotAttr)) {
        write(arguments[i], state.data() + places.slotOffsets[slot.getInt()]);
      } else if (main.getArgAttr(i, ir::argumentAttr)) {
        scalars.emplace_back();
        write(arguments[i], reinterpret_cast<char*>(&scalars.back()));
      } else {
        write(arguments[i], inputs[input++].data());
      }
    }
  }

  void run(StatorFunction entry, decltype(StatorCall::parallel) parallel) {
    std::vector<const void*> in;
    std::vector<void*> out;
    for (Aligned& input : inputs) in.push_back(input.data());
    for (Aligned& result : results) out.push_back(result.data());
    StatorCall call{state.data(), arena.data(), in.data(), out.data(), scalars.data(), parallel, nullptr};
    entry(&call);
  }

  std::vector<TensorValue> values(mlir::func::FuncOp main, const Places& places) {
    std::vector<TensorValue> all;
    size_t result = 0;
    for (unsigned i = 0; i < main.getNumResults(); ++i) {
      all.push_back(shaped(main.getResultTypes()[i]));
      auto slot = main.getResultAttrOfType<mlir::IntegerAttr>(i, ir::updateAttr);
      read(all.back(), slot ? state.data() + places.slotOffsets[slot.getInt()] : results[result++].data());
    }
    return all;
  }

  Aligned state, arena;
  std::vector<Aligned> inputs, results;
  std::vector<int64_t> scalars;
};

void backwards(void*, StatorKernel kernel, const StatorCall* call, int64_t chunks) {
  for (int64_t chunk = chunks; chunk-- > 0;) kernel(call, chunk);
}

void on_two_threads(void*, StatorKernel kernel, const StatorCall* call, int64_t chunks) {
  std::thread other([&] {
    for (int64_t chunk = 1; chunk < chunks; chunk += 2) kernel(call, chunk);
  });
  for (int64_t chunk = 0; chunk < chunks; chunk += 2) kernel(call, chunk);
  other.join();
}

/// max|a - b| / max|b|, with NaN and infinities where they are expected.
double error_of(const TensorValue& got, const TensorValue& expected) {
  double difference = 0, size = 1e-30;
  for (size_t i = 0; i < got.elements.size(); ++i) {
    double a = got.elements[i], b = expected.elements[i];
    if ((std::isnan(a) && std::isnan(b)) || a == b) continue;
    if (!std::isfinite(a) || !std::isfinite(b)) return INFINITY;
    difference = std::max(difference, std::abs(a - b));
  }
  for (double b : expected.elements)
    if (std::isfinite(b)) size = std::max(size, std::abs(b));
  return difference / size;
}

void check_target(mlir::ModuleOp planned, const Places& places, const std::vector<TensorValue>& arguments,
                  const std::vector<TensorValue>& expected, const cpu::Target& target, double tolerance) {
  INFO("target " << target.name);
  auto main = planned.lookupSymbol<mlir::func::FuncOp>("main");
  mlir::OwningOpRef<mlir::ModuleOp> module(planned.clone());
  CompiledProgram program;
  program.functions = cpu::lowerCpu(*module, target).functions;
  cpu::lowerToLlvm(*module, target);
  program.objects = cpu::emitObjects(*module, target, 1);
  const std::shared_ptr<Executable> executable = load(std::move(program));
  const CompiledFunction& function = executable->function("main");
  std::vector<std::vector<TensorValue>> runs;
  for (auto parallel : {decltype(StatorCall::parallel){}, &backwards, &on_two_threads}) {
    Call call(main, places, function, arguments);
    call.run(function.entry, parallel);
    runs.push_back(call.values(main, places));
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    INFO("result " << i);
    CHECK(error_of(runs[0][i], expected[i]) <= tolerance);
    for (size_t run = 1; run < runs.size(); ++run) {
      bool same =
          std::memcmp(runs[run][i].elements.data(), runs[0][i].elements.data(), 8 * runs[0][i].elements.size()) == 0;
      CHECK(same);
    }
  }
}

}  // namespace

Compiled check_function(const std::string& text, const CheckOptions& options) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  REQUIRE(module);
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  Places places = annotate(*module, main);
  std::mt19937 random(7);
  std::vector<TensorValue> arguments;
  for (mlir::Type type : main.getArgumentTypes()) arguments.push_back(drawn(type, options, random));
  std::vector<TensorValue> expected = ir::interpretFunction(main, arguments);

  mlir::PassManager passes(&context());
  if (options.fuse) {
    passes.nest<mlir::func::FuncOp>().addPass(createPreparePass());
    passes.nest<mlir::func::FuncOp>().addPass(createFusePass());
  }
  passes.addPass(createPlanMemoryPass());
  REQUIRE(mlir::succeeded(passes.run(*module)));
  Compiled compiled;
  main = module->lookupSymbol<mlir::func::FuncOp>("main");
  for (auto fusion : main.getOps<ir::FusionOp>()) compiled.kinds.push_back(fusion.getKind().str());
  compiled.arena_bytes = main->getAttrOfType<mlir::IntegerAttr>(memory::arenaBytesAttr).getInt();
  for (const char* name : {"x86-64", "x86-64-v3", "x86-64-v4"})
    if (cpu::hostSupports(name))
      check_target(*module, places, arguments, expected, cpu::resolveTarget(name), options.tolerance);
  return compiled;
}

}  // namespace stator::tests
