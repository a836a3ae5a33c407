// Targets by name, objects from several threads, and what loaded code may and may not do.
#include "compiler/cpu/target.h"

#include <set>

#include "compiler/cpu/emit_object.h"
#include "compiler/cpu/load_object.h"
#include "compiler/cpu/lower_to_llvm.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "runtime/error.h"
#include "tests/catch.h"

using namespace stator;

namespace {

/// Five public functions that share a private one.
mlir::OwningOpRef<mlir::ModuleOp> sampleModule(mlir::MLIRContext& context) {
  std::string text = "func.func private @twice(%x: i64) -> i64 { %y = arith.addi %x, %x : i64  return %y : i64 }\n";
  for (int i = 0; i < 5; ++i) {
    std::string number = std::to_string(i);
    text.append("func.func @f").append(number).append("(%x: i64) -> i64 { %c = arith.constant ").append(number);
    text.append(" : i64  %y = func.call @twice(%x) : (i64) -> i64  %z = arith.addi %y, %c : i64  return %z : i64 }\n");
  }
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  cpu::lowerToLlvm(*module, cpu::resolveTarget("native"));
  return module;
}

struct Sample {
  Sample() {
    mlir::DialectRegistry registry;
    cpu::registerCpuDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = sampleModule(context);
  }
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

}  // namespace

TEST_CASE("a target is pinned to its level's name") {
  cpu::Target native = cpu::resolveTarget("native");
  CHECK(std::set<std::string>{"x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"}.count(native.name) == 1);
  CHECK(cpu::hostSupports(native.name));
  CHECK(cpu::resolveTarget("x86-64").lanes() == 4);
  CHECK(cpu::resolveTarget("x86-64").lanes(64) == 2);
  CHECK_FALSE(cpu::resolveTarget("x86-64").fma);
}

TEST_CASE("an unknown target is told with those there are") {
  CHECK_THROWS_AS(cpu::resolveTarget("x86-64-v9"), UserError);
  CHECK_THROWS_WITH(
      cpu::resolveTarget("x86-64-v9"),
      "target: 'x86-64-v9' is not one of native, x86-64-v4, x86-64-v3, x86-64-v2, x86-64, aarch64, wasm32");
  CHECK_FALSE(cpu::hostSupports("x86-64-v9"));
}

TEST_CASE("a target may be known without this host being able to run its code") {
  const cpu::Target arm = cpu::knownTarget("aarch64");
  CHECK(arm.lanes() == 4);
  CHECK(arm.registers == 32);
  CHECK(arm.fma);
  CHECK(cpu::knownTarget("native").name == cpu::resolveTarget("native").name);
  CHECK(cpu::knownTarget("aarch64-linux-gnu").name == "aarch64");
  CHECK(cpu::knownTarget("x86_64-linux-gnu").name == "x86-64");
  CHECK(cpu::knownTarget("wasm32-unknown-unknown").name == "wasm32");
  CHECK_THROWS_AS(cpu::knownTarget("aarch64-apple-darwin"), UserError);
  if (cpu::hostSupports("aarch64")) return;
  CHECK_THROWS_WITH(cpu::resolveTarget("aarch64"), "target: this host lacks instructions of 'aarch64'; its best is '" +
                                                       cpu::resolveTarget("native").name + "'");
}

TEST_CASE("code for another architecture is made here") {
  Sample sample;
  const cpu::Target arm = cpu::knownTarget("aarch64");
  CHECK(cpu::emitText(*sample.module, arm, cpu::Text::assembly).find("ret") != std::string::npos);
  const std::string object = cpu::emitObjects(*sample.module, arm)[0];
  constexpr size_t machine_at = 18;  // e_machine of an ELF header
  CHECK(static_cast<unsigned char>(object[machine_at]) == 183);
}

TEST_CASE("objects made by several threads link together") {
  Sample sample;
  int threads = GENERATE(1, 2, 3, 9);
  CHECK(cpu::emitObjects(*sample.module, cpu::resolveTarget("native"), threads).size() == 1);  // too small to divide
  auto objects = cpu::emitObjects(*sample.module, cpu::resolveTarget("native"), threads, 1);
  CHECK(objects.size() == static_cast<size_t>(std::min(threads, 5)));
  cpu::LoadedObjects code(objects);
  const char* names[]{"f0", "f1", "f2", "f3", "f4"};
  for (int i = 0; i < 5; ++i) CHECK(code.find<int64_t(int64_t)>(names[i])(20) == 40 + i);
}

TEST_CASE("machine code lives as long as it is held") {
  Sample sample;
  std::shared_ptr<void> code;
  int64_t (*function)(int64_t) = nullptr;
  {
    cpu::LoadedObjects loaded(cpu::emitObjects(*sample.module, cpu::resolveTarget("native")));
    function = loaded.find<int64_t(int64_t)>("f1");
    code = loaded.code();
  }
  CHECK(function(3) == 7);
}

TEST_CASE("a missing function and a damaged object are told") {
  Sample sample;
  auto objects = cpu::emitObjects(*sample.module, cpu::resolveTarget("native"));
  CHECK_THROWS_AS(cpu::LoadedObjects(objects).find("g"), InternalError);
  auto damaged = [&] { cpu::LoadedObjects({objects[0].substr(0, 100)}).find("f1"); };
  CHECK_THROWS_AS(damaged(), InternalError);
}

TEST_CASE("code may not call what is not in the list of symbols") {
  Sample sample;
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "func.func private @system(i64) -> i64\n"
      "func.func @f(%x: i64) -> i64 { %y = func.call @system(%x) : (i64) -> i64  return %y : i64 }",
      &sample.context);
  cpu::lowerToLlvm(*module, cpu::resolveTarget("native"));
  auto objects = cpu::emitObjects(*module, cpu::resolveTarget("native"));
  CHECK_THROWS_AS(cpu::LoadedObjects(objects).find("f"), InternalError);
}

TEST_CASE("the same code as text") {
  Sample sample;
  cpu::Target target = cpu::resolveTarget("native");
  CHECK(cpu::emitText(*sample.module, target, cpu::Text::llvm).find("define i64 @f4") != std::string::npos);
  CHECK(cpu::emitText(*sample.module, target, cpu::Text::assembly).find("f4:") != std::string::npos);
}
