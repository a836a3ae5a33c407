// IDX: every dtype, plain and gzipped, and every kind of damage.
#include "runtime/data/idx.h"

#include "tests/catch.h"
#include "tests/runtime/idx_files.h"
#include "tests/runtime/support.h"

using namespace stator;
using tests::error_of;
using tests::gzipped;
using tests::idx;

TEST_CASE("big-endian elements of each dtype are read, plain and gzipped") {
  const tests::TemporaryFolder folder;
  const auto read = [&](const std::string& bytes) {
    const NdArray plain = data::read_idx(folder.file("a.gz", bytes));
    CHECK(same_bits(plain, data::read_idx(folder.file("b", gzipped(bytes)))));
    return plain;
  };
  CHECK(read(idx(8, {2}, "\x01\xff")) == NdArray::from<uint8_t>({1, 255}, {2}));
  CHECK(read(idx(9, {1, 2}, "\x01\xff")) == NdArray::from<int8_t>({1, -1}, {1, 2}));
  CHECK(read(idx(11, {1}, "\x01\x02")) == NdArray::from<int16_t>({0x102}, {1}));
  CHECK(read(idx(12, {1}, "\x01\x02\x03\x04")) == NdArray::from<int32_t>({0x1020304}, {1}));
  CHECK(read(idx(13, {1}, std::string("\x3f\x80\0\0", 4))) == NdArray::from({1.0f}, {1}));
  CHECK(read(idx(14, {1}, std::string("\x3f\xf0\0\0\0\0\0\0", 8))) == NdArray::from({1.0}, {1}));
  CHECK(read(idx(8, {0, 28, 28}, "")).element_count() == 0);
}

TEST_CASE("a damaged IDX file is one sentence that names it") {
  const tests::TemporaryFolder folder;
  const auto error = [&](const std::string& bytes) {
    const std::string path = folder.file("f", bytes);
    const std::string message = error_of([&] { data::read_idx(path); });
    CHECK_THAT(message, ContainsSubstring(path));
    return message;
  };
  const std::string good = idx(8, {4, 2}, "abcdefgh");
  CHECK_THAT(error(""), ContainsSubstring("it has 0 bytes, fewer than the 4"));
  CHECK_THAT(error("<html>an error page"), ContainsSubstring("its magic is 0x3c68746d, not 0x0000"));
  CHECK_THAT(error(idx(7, {1}, "a")), ContainsSubstring("dtype code 7 is not one of"));
  CHECK_THAT(error(idx(8, {}, "")), ContainsSubstring("rank is 0"));
  CHECK_THAT(error(good.substr(0, 9)), ContainsSubstring("rank 2 needs a header of 12 bytes, but it has 9"));
  CHECK_THAT(error(good.substr(0, 15)), ContainsSubstring("u8 [4, 2] needs 8 bytes, but 3 follow (it is cut short)"));
  CHECK_THAT(error(good + "x"), ContainsSubstring("u8 [4, 2] needs 8 bytes, but 9 follow (some are left over)"));
  CHECK_THAT(error(idx(14, {~0u, ~0u, ~0u}, "")), ContainsSubstring("larger than any memory"));
  CHECK_THAT(error(gzipped(good).substr(0, 20)), ContainsSubstring("compressed data is cut short"));
  CHECK_THAT(error(gzipped(good) + "x"), ContainsSubstring("1 bytes follow the end of its compressed data"));
  std::string damaged = gzipped(good);
  damaged[damaged.size() - 6] ^= 1;
  CHECK_THAT(error(damaged), ContainsSubstring("compressed data is damaged"));
  CHECK_THAT(error_of([&] { data::read_idx(folder / "none"); }), ContainsSubstring("No such file"));
}
