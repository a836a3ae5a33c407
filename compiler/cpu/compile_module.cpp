// From planned functions to machine code in memory.
#include "compiler/cpu/compile_module.h"

#include "compiler/cpu/emit_object.h"
#include "compiler/cpu/load_object.h"
#include "compiler/cpu/lower_cpu.h"
#include "compiler/cpu/lower_to_llvm.h"

namespace stator::cpu {

ModuleCode compileModule(mlir::ModuleOp module, const Target& target, int threads) {
  ModuleCode code;
  code.functions = lowerCpu(module, target);
  lowerToLlvm(module, target);
  code.objects = emitObjects(module, target, threads);
  return code;
}

std::shared_ptr<Executable> loadModule(ModuleCode code) {
  auto executable = std::make_shared<Executable>();
  executable->functions = std::move(code.functions);
  LoadedObjects objects(code.objects);
  for (CompiledFunction& function : executable->functions)
    function.entry = objects.find<void(const StatorCall*)>(entrySymbol(function.name));
  executable->code = objects.code();
  return executable;
}

}  // namespace stator::cpu
