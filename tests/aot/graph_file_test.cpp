// Programs as files: what is read is what was written, and a broken file is told with its line.
#include "compiler/interface/graph_file.h"

#include <cstdio>
#include <filesystem>

#include "compiler/graph_file/graph_text.h"
#include "compiler/graph_file/read_graph.h"
#include "examples/models/char_lstm.h"
#include "examples/models/convnet.h"
#include "runtime/error.h"
#include "tests/catch.h"

namespace stator {

namespace {

ProgramGraph read(const std::string& text) { return read_graph(text, "file"); }

}  // namespace

TEST_CASE("a graph's text makes the same graph again") {
  for (const ProgramGraph& program : {models::convnet.graph(), models::char_lstm.graph()}) {
    const std::string text = graph_text(program);
    CHECK(graph_text(read(text)) == text);
  }
}

TEST_CASE("a program is read from the file that it was written to") {
  const std::string path = (std::filesystem::temp_directory_path() / "graph_file_test.graph").string();
  save_program(models::convnet, path);
  const GraphFile file = load_graph(path);
  CHECK(graph_text(file.program) == graph_text(models::convnet.graph()));
  std::remove(path.c_str());
  CHECK_THROWS_AS(load_graph(path), UserError);
}

TEST_CASE("the first broken line is told") {
  CHECK_THROWS_WITH(read("slot w : f31 [2]\n"), "file: 'f31' is not a dtype: slot w : f31 [2]");
  CHECK_THROWS_WITH(read("  result %0\n"), "file: neither a slot nor a function:   result %0");
  CHECK_THROWS_WITH(read("function f\n  result %0\n"), "file: value 0 is none of the 0 there are:   result %0");
  CHECK_THROWS_WITH(read("function f\n  %0 = slot() index=3 : f32 []\n"),
                    "file: slot 3 is none of the 0 there are:   %0 = slot() index=3 : f32 []");
  CHECK_THROWS_AS(read("function f\n  %0 = constant() value=0x1p+0 : f32 [bat]\n"), UserError);
  CHECK_THROWS_AS(read("function f\n  strange\n"), UserError);
}

}  // namespace stator
