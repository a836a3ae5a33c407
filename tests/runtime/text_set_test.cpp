// Text: numbering, splitting, and where it is looked for.
#include "runtime/data/text_set.h"

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;
using namespace stator::data;
using tests::error_of;

TEST_CASE("characters are numbered in ascending order, as bytes") {
  const Vocabulary vocabulary("hello\xc3 world\n");
  CHECK(vocabulary.characters() == "\n dehlorw\xc3");
  CHECK(vocabulary.encode("who\n") == NdArray::from<int64_t>({8, 4, 6, 0}, {4}));
  CHECK(vocabulary.character(2) == 'd');
  CHECK(error_of([&] { vocabulary.encode("hex"); }) == "vocabulary: byte 120 at 2 is not among its 10 characters");
  CHECK_THAT(error_of([&] { vocabulary.character(10); }), ContainsSubstring("10"));
  CHECK_FALSE(error_of([&] { vocabulary.character(-1); }).empty());
}

TEST_CASE("nine tenths of a text are to train on") {
  const tests::TemporaryFolder folder;
  const std::string path = folder.file("text.txt", "abcabcabcabcabcabcabcabcX");
  const TextSet text = load_text(path, 0, 3);
  CHECK(describe(text.train) == "i64 [22]");
  CHECK(text.validation == NdArray::from<int64_t>({2, 3, 0}, {3}));
  CHECK(text.source == path);
  CHECK_THAT(error_of([&] { load_text(path, 0, 4); }),
             ContainsSubstring(path + ": its 25 characters are fewer than 40"));
  CHECK_THAT(error_of([&] { load_text(folder / "none.txt", 0); }), ContainsSubstring("none.txt"));
  CHECK_FALSE(error_of([&] { load_text(folder.file("empty.txt", ""), 0); }).empty());
}

TEST_CASE("without a text sentences are written, and say so") {
  const tests::TemporaryFolder working;
  const tests::WorkingFolder here(working.path());
  const tests::Environment variable("STATOR_DATA", nullptr);
  const TextSet text = load_text("", 1);
  CHECK(text.source == "written sentences (built in)");
  CHECK(text.vocabulary.size() > 25);
  CHECK(write_sentences(1000, 1) == write_sentences(1000, 1));
  CHECK(write_sentences(1000, 1) != write_sentences(1000, 2));
}

TEST_CASE("tiny shakespeare has 65 characters") {
  const auto path = tests::shared_data("tinyshakespeare/input.txt");
  if (!path) {
    WARN("skipped: tinyshakespeare is not in $STATOR_DATA");
    return;
  }
  const TextSet text = load_text(*path, 0);
  CHECK(text.vocabulary.size() == 65);
  CHECK(text.train.element_count() + text.validation.element_count() == 1115394);
}
