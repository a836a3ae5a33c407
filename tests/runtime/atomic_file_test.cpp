// Files: whole or untouched.
#include "runtime/atomic_file.h"

#include <array>
#include <fstream>

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;
using tests::error_of;

TEST_CASE("a written file holds its pieces and leaves no other behind") {
  const tests::TemporaryFolder folder;
  const std::string path = folder / "file";
  write_file_atomically(path, "old");
  const std::array<std::string_view, 3> pieces{"ab", "", std::string_view("c\0d", 3)};
  write_file_atomically(path, pieces);
  CHECK(read_file(path) == std::string("abc\0d", 5));
  CHECK(folder.file_count() == 1);
}

TEST_CASE("a link stays a link") {
  const tests::TemporaryFolder folder;
  folder.file("target", "old");
  std::filesystem::create_symlink(folder / "target", folder / "link");
  write_file_atomically(folder / "link", "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(read_file(folder / "target") == "new");
}

TEST_CASE("what cannot be written is told with its path and reason, before and at the writing") {
  const tests::TemporaryFolder folder;
  const std::string nowhere = folder / "missing/file";
  CHECK(error_of([&] { check_writable(nowhere); }) == "cannot write '" + nowhere + "': No such file or directory");
  CHECK(error_of([&] { write_file_atomically(nowhere, "x"); }) ==
        "cannot write '" + nowhere + "': No such file or directory");
  CHECK_THAT(error_of([&] { check_writable(folder.path()); }), ContainsSubstring("Is a directory"));
  CHECK_THAT(error_of([&] { read_file(folder / "no"); }), ContainsSubstring("cannot read"));
  CHECK_THAT(error_of([&] { read_file(folder.path()); }), ContainsSubstring("Is a directory"));
}

TEST_CASE("checking leaves things as they were; what is no plain file is written to directly") {
  const tests::TemporaryFolder folder;
  check_writable(folder / "new");
  CHECK(folder.file_count() == 0);
  check_writable(folder.file("old", "content"));
  CHECK(read_file(folder / "old") == "content");
  check_writable("/dev/null");
  write_file_atomically("/dev/null", "x");
  CHECK(std::filesystem::is_character_file("/dev/null"));
}
