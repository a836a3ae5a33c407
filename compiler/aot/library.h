// Ahead of time: from a program's graph to a library with a C header, which needs nothing else at run time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/interface/compile.h"

namespace stator::aot {

/// A symbol and the numbers that a library is compiled for: `batch=1,32`.
struct BoundSymbol {
  Symbol symbol = symbol::none;
  std::vector<long> numbers = {};
};

struct LibraryOptions {
  std::string name = {};                    ///< a C identifier: begins every name of the library
  std::vector<std::string> functions = {};  ///< by name; empty: all of the program's
  std::vector<BoundSymbol> bindings = {};   ///< each combination of numbers is a variant of every function
  std::vector<std::string> targets = {};    ///< by name; several of one architecture are chosen from at start
  std::string weights = {};                 ///< a safetensors file whose values become part of the library; empty: none
  std::string precision = "f32";            ///< or bf16: as CompileOptions::precision
  int64_t memory_budget = 0;                ///< as CompileOptions::memory_budget; of each function's arena
  int64_t max_arena_bytes = 0;              ///< the most that an arena may need; 0: anything
  bool freestanding = false;                ///< nothing of libm may be needed
  std::string dump = {};                    ///< a phase whose IR goes to standard output, for each variant; empty: none
};

/// A library in LLVM IR, and its header.
class Library {
 public:
  /// Errors: UserError for options that do not fit the program, each other, or the budget; and as compile.
  Library(const ProgramGraph& program, const LibraryOptions& options);
  ~Library();

  const std::string& header() const;
  /// The bytes of an ELF object, or of a static library with that object in it.
  std::string object() const;
  std::string archive() const;
  std::string llvm_ir() const;
  std::string assembly() const;
  /// For each target its name, and the bytes of a state with the values of a safetensors file, which a program maps
  /// from a file and hands to the library as it is. Errors: UserError as State::load_parameters.
  std::vector<std::pair<std::string, std::string>> packed_states(const std::string& weights) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `batch=1,32` as a BoundSymbol. Errors: UserError for another form, an unknown symbol, or a number below 1.
BoundSymbol parse_binding(const std::string& text);

}  // namespace stator::aot
