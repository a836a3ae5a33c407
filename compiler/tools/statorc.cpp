// statorc: from a graph file to a library with a C header, ahead of time.
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

struct Request {
  std::string graph, name, functions, bindings, targets = "native", weights, emit = "lib,header", output = ".", dump;
  int64_t max_bytes = 0;

  void parse(int argc, char** argv) {
    cli::Parser("statorc", "Compiles a graph file ahead of time.")
        .option("graph", graph, "the file that stator::save_graph wrote")
        .option("--name", name, "begins every name of the library; the graph file's name by default")
        .option("--functions", functions, "as in predict,train_step; all of the program's by default")
        .option("--bind", bindings, "numbers of each symbol, as in \"batch=1,32 steps=64\"")
        .option("--target", targets, "native, x86-64, x86-64-v2, x86-64-v3, x86-64-v4, aarch64; several by commas")
        .option("--embed-weights", weights, "a safetensors file whose values become part of the library")
        .option("--max-bytes", max_bytes, "the most that a function's arena may need; 0: anything", cli::at_least(0))
        .option("--emit", emit, "any of obj, lib, header, llvm, asm, graph, by commas")
        .option("-o,--output", output, "the folder to write into")
        .option("--dump", dump, "a phase whose IR is printed")
        .parse(argc, argv);
    if (graph.empty()) throw UserError("statorc: no graph file is given");
    if (name.empty()) name = std::filesystem::path(graph).stem().string();
  }
};

/// The file of a kind: what is written where.
void write(const Request& request, const std::string& kind, const GraphFile& file, const aot::Library& library) {
  const std::filesystem::path folder(request.output);
  auto put = [&](const std::string& name, const std::string& bytes) {
    write_file_atomically((folder / name).string(), bytes);
  };
  if (kind == "obj") return put(request.name + ".o", library.object());
  if (kind == "lib") return put("lib" + request.name + ".a", library.archive());
  if (kind == "header") return put(request.name + ".h", library.header());
  if (kind == "llvm") return put(request.name + ".ll", library.llvm_ir());
  if (kind == "asm") return put(request.name + ".s", library.assembly());
  if (kind == "graph") return put(request.name + ".graph", *file.text);
  throw UserError(concat("statorc: --emit of '", kind, "' is not one of obj, lib, header, llvm, asm, graph"));
}

int run(int argc, char** argv) {
  Request request;
  request.parse(argc, argv);
  const GraphFile file = load_graph(request.graph);
  aot::LibraryOptions options;
  options.name = request.name;
  options.functions = split(request.functions, ',');
  for (const std::string& binding : split(request.bindings, ' '))
    options.bindings.push_back(aot::parse_binding(binding));
  options.targets = split(request.targets, ',');
  options.weights = request.weights;
  options.max_arena_bytes = request.max_bytes;
  options.dump = request.dump;
  const aot::Library library(file.program, options);
  std::filesystem::create_directories(request.output);
  for (const std::string& kind : split(request.emit, ',')) write(request, kind, file, library);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return stator::cli::run_main(argc, argv, run); }
