// MNIST: where it is looked for, what is checked, how it is downloaded; the real files where they are.
#include "runtime/data/mnist.h"

#include "runtime/data/mnist_files.h"
#include "runtime/md5.h"
#include "tests/catch.h"
#include "tests/runtime/idx_files.h"
#include "tests/runtime/support.h"

using namespace stator;
using namespace stator::data;
using tests::error_of;
using tests::idx;

namespace {

std::string images(uint32_t count, uint32_t side = 28) {
  return idx(8, {count, side, side}, std::string(count * side * side, '\x07'));
}

/// Writes a whole little set, whose halves have 3 and 2 images.
void write_set(const std::string& folder) {
  std::filesystem::create_directories(folder);
  write_file_atomically(folder + "/train-images-idx3-ubyte", images(3));
  write_file_atomically(folder + "/train-labels-idx1-ubyte.gz",
                        tests::gzipped(idx(8, {3}, std::string("\0\x09\x01", 3))));
  write_file_atomically(folder + "/t10k-images-idx3-ubyte.gz", tests::gzipped(images(2)));
  write_file_atomically(folder + "/t10k-labels-idx1-ubyte", idx(8, {2}, "\x02\x03"));
}

}  // namespace

TEST_CASE("a set is found in a folder or its subfolder mnist, plain or gzipped, and loaded") {
  const tests::TemporaryFolder folder;
  write_set(folder / "mnist");
  CHECK(find_mnist(folder.path()) == folder / "mnist");
  CHECK(find_mnist(folder / "mnist") == folder / "mnist");
  const ImageData digits = load_mnist(folder / "mnist");
  CHECK(describe(digits.train.images) == "u8 [3, 28, 28]");
  CHECK(digits.train.labels == NdArray::from<int64_t>({0, 9, 1}, {3}));
  CHECK(digits.test.size() == 2);
  CHECK(digits.test.source == folder / "mnist");
}

TEST_CASE("an explicit folder comes first and must be complete; then $STATOR_DATA, then ./data") {
  const tests::TemporaryFolder chosen, shared, working;
  const tests::WorkingFolder here(working.path());
  const tests::Environment variable("STATOR_DATA", shared.path().c_str());
  CHECK_FALSE(find_mnist(""));
  write_set(working / "data");
  CHECK(find_mnist("") == "data");
  write_set(shared / "mnist");
  CHECK(find_mnist("") == shared / "mnist");
  CHECK(error_of([&] { find_mnist(chosen.path()); }) == concat(chosen.path(), ": no MNIST there: '",
                                                               chosen / "train-images-idx3-ubyte",
                                                               "' (or with .gz) does not exist"));
  write_set(chosen.path());
  std::filesystem::remove(chosen / "t10k-labels-idx1-ubyte");
  CHECK_THAT(error_of([&] { find_mnist(chosen.path()); }), ContainsSubstring("t10k-labels-idx1-ubyte"));
  CHECK_THAT(error_of([&] { load_mnist(chosen.path()); }), ContainsSubstring("t10k-labels-idx1-ubyte"));
}

TEST_CASE("without data the digits are drawn, and say so") {
  const tests::TemporaryFolder working;
  const tests::WorkingFolder here(working.path());
  const tests::Environment variable("STATOR_DATA", nullptr);
  CHECK(load_digits({}).train.source == "drawn digits (built in)");
}

TEST_CASE("images and labels must fit MNIST's form and each other") {
  const tests::TemporaryFolder folder;
  const auto error = [&](const char* name, const std::string& bytes) {
    std::filesystem::remove_all(folder / "set");
    write_set(folder / "set");
    write_file_atomically(concat(folder / "set", "/", name), bytes);
    return error_of([&] { load_mnist(folder / "set"); });
  };
  const char* train = "train-images-idx3-ubyte";
  const char* test = "t10k-labels-idx1-ubyte";
  CHECK(error(train, images(3, 32)) ==
        concat(folder / "set", "/", train, ": images must be u8 [N, 28, 28], but are u8 [3, 32, 32]"));
  CHECK_THAT(error(train, idx(8, {3}, "abc")), ContainsSubstring("but are u8 [3]"));
  CHECK_THAT(error(test, idx(9, {2}, "ab")), ContainsSubstring("labels must be u8 [N], but are i8 [2]"));
  CHECK_THAT(error(test, idx(8, {2}, "\x01\x0a")), ContainsSubstring("label 1 is 10, not below 10"));
  CHECK_THAT(error(test, idx(8, {1}, "\x01")),
             ContainsSubstring("it has 1 labels, but ") && ContainsSubstring("has 2 images"));
  CHECK_THAT(error(train, "garbage"), ContainsSubstring("not a valid IDX file"));
}

TEST_CASE("MD5 gives the sums of RFC 1321") {
  CHECK(md5("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(md5("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
  CHECK(md5(std::string(55, 'a')).size() == 32);
  CHECK(md5(std::string(64, 'a')) == "014842d480b571495a4a0363793f7367");
}

TEST_CASE("a download that no mirror gives says what each one answered, and leaves nothing") {
  const tests::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "mirror");
  write_file_atomically(folder / "mirror/train-images-idx3-ubyte.gz", "an error page");
  const std::string mirrors[]{"file:///nowhere/", concat("file://", folder / "mirror", "/")};
  const std::string error = error_of([&] { download_mnist(folder / "new/data", mirrors); });
  CHECK_THAT(error, ContainsSubstring("no mirror gives train-images-idx3-ubyte.gz"));
  CHECK_THAT(error, ContainsSubstring("file:///nowhere/train-images-idx3-ubyte.gz: "));
  CHECK_THAT(error, ContainsSubstring(concat("its MD5 is ", md5("an error page"), ", not ", train_images.md5)));
  CHECK(std::filesystem::is_empty(folder / "new/data"));
  CHECK_THAT(error_of([&] { download_mnist(folder.file("file", "") + "/x", mirrors); }),
             ContainsSubstring("cannot make the folder"));
}

TEST_CASE("the real files are downloaded from a mirror, checked, kept, and loaded") {
  const auto real = tests::shared_data("mnist");
  if (!real) {
    WARN("skipped: $STATOR_DATA holds no mnist");
    return;
  }
  const tests::TemporaryFolder folder;
  const std::string mirrors[]{"file:///nowhere/", concat("file://", std::filesystem::absolute(*real).string(), "/")};
  download_mnist(folder.path(), mirrors);
  CHECK(folder.file_count() == 4);
  download_mnist(folder.path(), std::span<const std::string>());
  const ImageData digits = load_mnist(folder.path());
  CHECK(describe(digits.train.images) == "u8 [60000, 28, 28]");
  CHECK(digits.test.size() == 10000);
  CHECK(digits.train.labels.at<int64_t>({0}) == 5);
  double sum = 0;
  for (uint8_t pixel : digits.train.images.values<uint8_t>()) sum += pixel;
  CHECK(sum / 255 / static_cast<double>(digits.train.images.element_count()) == Approx(0.1307).margin(1e-4));
}
