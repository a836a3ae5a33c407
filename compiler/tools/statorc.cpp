// statorc: from a graph file to a library with a C header, ahead of time.
#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>

#include "compiler/aot/library.h"
#include "compiler/interface/graph_file.h"
#include "runtime/atomic_file.h"
#include "runtime/cli/cli.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace {

using namespace stator;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

/// What --emit may name: a file, called after the library.
struct Kind {
  std::string_view name, prefix, suffix;
  std::string (*bytes)(const GraphFile&, const aot::Library&);
};

constexpr std::array<Kind, 6> kinds{{
    {"obj", "", ".o", [](const GraphFile&, const aot::Library& library) { return library.object(); }},
    {"lib", "lib", ".a", [](const GraphFile&, const aot::Library& library) { return library.archive(); }},
    {"header", "", ".h", [](const GraphFile&, const aot::Library& library) { return library.header(); }},
    {"llvm", "", ".ll", [](const GraphFile&, const aot::Library& library) { return library.llvm_ir(); }},
    {"asm", "", ".s", [](const GraphFile&, const aot::Library& library) { return library.assembly(); }},
    {"graph", "", ".graph", [](const GraphFile& file, const aot::Library&) { return *file.text; }},
}};

std::vector<Kind> kinds_named(const std::string& names) {
  std::vector<Kind> chosen;
  for (const std::string& name : split(names, ',')) {
    const auto* found = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == name; });
    if (found == kinds.end())
      throw UserError(concat("statorc: --emit of '", name, "' is not one of obj, lib, header, llvm, asm, graph"));
    chosen.push_back(*found);
  }
  return chosen;
}

struct Request {
  std::string graph, functions, bindings, targets = "native", packed, emit = "lib,header", output = ".";
  aot::LibraryOptions options;
  std::vector<Kind> kinds;

  void parse(int argc, char** argv) {
    cli::Parser("statorc", "Compiles a graph file ahead of time.")
        .option("graph", graph, "the file that stator::save_graph wrote")
        .option("--name", options.name, "begins every name of the library; the graph file's name by default")
        .option("--functions", functions, "as in predict,train_step; all of the program's by default")
        .option("--bind", bindings, "numbers of each symbol, as in \"batch=1,32 steps=64\"")
        .option("--target", targets, "native, or targets by name (docs/aot.md lists them), several by commas")
        .option("--precision", options.precision, "f32, or bf16: factors of products rounded to it, sums in f32")
        .option("--embed-weights", options.weights, "a safetensors file whose values become part of the library")
        .option("--pack-weights", packed, "a safetensors file to make NAME.TARGET.packed of, which programs map")
        .bytes("--memory-budget", options.memory_budget, "the most that an arena may take, by computing again; 0: any")
        .option("--max-bytes", options.max_arena_bytes, "the most that a function's arena may need; 0: anything",
                cli::at_least(0))
        .flag("--freestanding", options.freestanding, "fail where the library would need libm")
        .option("--emit", emit, "any of obj, lib, header, llvm, asm, graph, by commas")
        .option("-o,--output", output, "the folder to write into")
        .option("--dump", options.dump, "a phase whose IR is printed")
        .parse(argc, argv);
    if (graph.empty()) throw UserError("statorc: no graph file is given");
    if (options.name.empty()) options.name = std::filesystem::path(graph).stem().string();
    options.functions = split(functions, ',');
    options.targets = split(targets, ',');
    for (const std::string& binding : split(bindings, ' ')) options.bindings.push_back(aot::parse_binding(binding));
    kinds = kinds_named(emit);
  }
};

int run(int argc, char** argv) {
  Request request;
  request.parse(argc, argv);
  const GraphFile file = load_graph(request.graph);
  const aot::Library library(file.program, request.options);
  const std::filesystem::path folder(request.output);
  std::filesystem::create_directories(folder);
  auto write = [&](const std::string& name, const std::string& bytes) {
    write_file_atomically((folder / name).string(), bytes);
  };
  const std::string& name = request.options.name;
  for (const Kind& kind : request.kinds) write(concat(kind.prefix, name, kind.suffix), kind.bytes(file, library));
  if (request.packed.empty()) return 0;
  for (const auto& [target, bytes] : library.packed_states(request.packed))
    write(concat(name, '.', target, ".packed"), bytes);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return stator::cli::run_main(argc, argv, run); }
