// Divides a module's functions among compiler threads, each with an LLVM context of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "llvm/ADT/StringSet.h"
#include "llvm/IR/Module.h"

namespace stator::cpu {

/// The names of public functions, for each of at most `most` parts of about equal numbers of instructions. Where one of
/// them would have fewer than `least`, there are fewer parts.
std::vector<llvm::StringSet<>> partitionFunctions(const llvm::Module& module, int most, unsigned least);

/// The module as bitcode.
std::string toBitcode(const llvm::Module& module);

/// The module in `bitcode` with only the public functions in `names` defined; the others are declarations.
/// Errors: InternalError where the bitcode does not parse.
std::unique_ptr<llvm::Module> extractPart(const std::string& bitcode, const llvm::StringSet<>& names,
                                          llvm::LLVMContext& context);

}  // namespace stator::cpu
