// Progress: lines where nobody watches, a bar where somebody does.
#include "runtime/train/progress.h"

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;

template <class Body> static std::string printed(Body&& body) {
  const tests::TemporaryFolder folder;
  std::FILE* file = std::fopen((folder / "out").c_str(), "w");
  body(file);
  std::fclose(file);
  return read_file(folder / "out");
}

TEST_CASE("a file gets a line after every tenth batch") {
  CHECK(printed([](std::FILE* file) {
          Progress progress(2, 1875, file);
          for (int batch = 1; batch <= 25; ++batch) progress.batch(1, batch, 0.43211);
          progress.clear();
        }) == "epoch 1/2  batch 10/1875  loss 0.4321\nepoch 1/2  batch 20/1875  loss 0.4321\n");
}

TEST_CASE("a bar is redrawn in place, not at every batch, and taken away") {
  const std::string text = printed([](std::FILE* file) {
    Progress progress(2, 1000, Progress::Form::bar, file);
    for (int batch = 1; batch <= 1000; ++batch) progress.batch(2, batch, 1.5);
    progress.clear();
    progress.clear();
  });
  CHECK_THAT(text, ContainsSubstring("\r\x1b[Kepoch 2/2 [==============================] 1000/1000  loss 1.5000"));
  CHECK(text.ends_with("1.5000\r\x1b[K"));
  CHECK(text.size() < 5000);
}
