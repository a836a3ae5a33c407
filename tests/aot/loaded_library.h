// Libraries made in a test, linked and loaded into it.
#pragma once

#include <dlfcn.h>

#include <cstdlib>
#include <regex>

#include "compiler/aot/library.h"
#include "runtime/arena.h"
#include "tests/catch.h"
#include "tests/runtime/support.h"

namespace stator::tests {

/// The library `model` of a program, whatever name the options have.
class LoadedLibrary {
 public:
  LoadedLibrary(const ProgramGraph& program, aot::LibraryOptions options) {
    options.name = "model";
    const aot::Library library(program, options);
    header_ = library.header();
    folder_.file("model.o", library.object());
    const std::string command =
        "cc -shared -Wl,--no-undefined '" + (folder_ / "model.o") + "' -lm -o '" + (folder_ / "model.so") + "'";
    REQUIRE(std::system(command.c_str()) == 0);
    code_ = dlopen((folder_ / "model.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE(code_ != nullptr);
  }
  LoadedLibrary(const LoadedLibrary&) = delete;
  LoadedLibrary& operator=(const LoadedLibrary&) = delete;
  ~LoadedLibrary() {
    if (code_) dlclose(code_);
  }

  /// The function `model_NAME`, of the type that the header gives it.
  template <class Function> Function* function(const std::string& name) const {
    void* found = dlsym(code_, ("model_" + name).c_str());
    REQUIRE(found != nullptr);
    return reinterpret_cast<Function*>(found);
  }

  /// The constant `MODEL_NAME` of the header.
  int64_t constant(const std::string& name) const {
    std::smatch match;
    REQUIRE(std::regex_search(header_, match, std::regex("#define MODEL_" + name + " (\\d+)\n")));
    return std::stoll(match[1]);
  }

 private:
  TemporaryFolder folder_;
  std::string header_;
  void* code_ = nullptr;
};

}  // namespace stator::tests
