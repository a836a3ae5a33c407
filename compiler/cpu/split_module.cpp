// Divides a module's functions among compiler threads, each with an LLVM context of its own.
#include "compiler/cpu/split_module.h"

#include <algorithm>

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Support/raw_ostream.h"
#include "runtime/error.h"

namespace stator::cpu {

namespace {

struct Part {
  llvm::StringSet<> names;
  size_t instructions = 0;
};

/// Each function, from the largest on, goes to the part that is the lightest then.
std::vector<Part> spread(llvm::ArrayRef<const llvm::Function*> functions, size_t count) {
  std::vector<Part> parts(count);
  for (const llvm::Function* function : functions) {
    Part& lightest = *std::ranges::min_element(parts, {}, &Part::instructions);
    lightest.names.insert(function->getName());
    lightest.instructions += function->getInstructionCount() + 1;
  }
  return parts;
}

}  // namespace

std::vector<llvm::StringSet<>> partitionFunctions(const llvm::Module& module, int most, unsigned least) {
  std::vector<const llvm::Function*> functions;
  for (const llvm::Function& function : module)
    if (!function.isDeclaration() && !function.hasLocalLinkage()) functions.push_back(&function);
  std::sort(functions.begin(), functions.end(), [](const llvm::Function* a, const llvm::Function* b) {
    auto key = [](const llvm::Function* f) { return std::pair(f->getInstructionCount(), f->getName()); };
    return key(b) < key(a);
  });
  size_t count = std::clamp<size_t>(functions.size(), 1, std::max(most, 1));
  std::vector<Part> parts = spread(functions, count);
  while (count > 1 && std::ranges::min_element(parts, {}, &Part::instructions)->instructions < least)
    parts = spread(functions, --count);
  std::vector<llvm::StringSet<>> names;
  for (Part& part : parts) names.push_back(std::move(part.names));
  return names;
}

std::string toBitcode(const llvm::Module& module) {
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  llvm::WriteBitcodeToFile(module, stream);
  return bytes;
}

std::unique_ptr<llvm::Module> extractPart(const std::string& bitcode, const llvm::StringSet<>& names,
                                          llvm::LLVMContext& context) {
  auto module = llvm::getLazyBitcodeModule(llvm::MemoryBufferRef(bitcode, "part"), context);
  if (!module) throw InternalError("emit: bitcode does not parse: " + llvm::toString(module.takeError()));
  for (llvm::Function& function : **module) {
    if (function.isDeclaration() && !function.isMaterializable()) continue;
    if (!function.hasLocalLinkage() && !names.contains(function.getName())) {
      function.deleteBody();
    } else if (llvm::Error error = function.materialize()) {
      throw InternalError("emit: bitcode does not parse: " + llvm::toString(std::move(error)));
    }
  }
  if (llvm::Error error = (*module)->materializeAll())
    throw InternalError("emit: bitcode does not parse: " + llvm::toString(std::move(error)));
  return std::move(*module);
}

}  // namespace stator::cpu
