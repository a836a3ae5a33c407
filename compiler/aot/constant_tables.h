// Constant tables in LLVM IR whose fields are numbers of 8 bytes and pointers.
#pragma once

#include <string>
#include <vector>

#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

namespace stator::aot {

/// One list of fields; the lists of an array's elements follow one another.
using Fields = std::vector<llvm::Constant*>;

class ConstantTables {
 public:
  explicit ConstantTables(llvm::Module& module) : module_(module) {}

  llvm::Constant* number(int64_t value) const {
    return llvm::ConstantInt::getSigned(llvm::Type::getInt64Ty(module_.getContext()), value);
  }
  llvm::Constant* null() const {
    return llvm::ConstantPointerNull::get(llvm::PointerType::getUnqual(module_.getContext()));
  }
  /// The address of a constant that holds these fields.
  llvm::Constant* table(const Fields& fields) const {
    if (fields.empty()) return null();
    return global(llvm::ConstantStruct::getAnon(module_.getContext(), fields), 8);
  }
  llvm::Constant* numbers(const std::vector<int64_t>& values) const {
    Fields fields;
    for (int64_t value : values) fields.push_back(number(value));
    return table(fields);
  }
  /// The address of bytes; of a text with a zero behind it.
  llvm::Constant* bytes(const std::string& text, int alignment, bool zero) const {
    return global(llvm::ConstantDataArray::getString(module_.getContext(), text, zero), alignment);
  }
  llvm::Constant* text(const std::string& characters) const { return bytes(characters, 1, true); }

 private:
  llvm::Constant* global(llvm::Constant* value, int alignment) const {
    auto* made = new llvm::GlobalVariable(module_, value->getType(), /*isConstant=*/true,
                                          llvm::GlobalValue::PrivateLinkage, value, "model");
    made->setAlignment(llvm::Align(alignment));
    return made;
  }

  llvm::Module& module_;
};

}  // namespace stator::aot
