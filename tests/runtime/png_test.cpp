// PNG: pictures come back as they were written; damaged files are refused.
#include "runtime/data/png.h"

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;
using namespace stator::data;
using tests::error_of;

TEST_CASE("grey and coloured pictures come back") {
  const tests::TemporaryFolder folder;
  const NdArray grey = NdArray::from<uint8_t>({0, 1, 128, 254, 255, 7}, {2, 3});
  const NdArray coloured = NdArray::from<uint8_t>({255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7}, {2, 2, 3});
  write_png(folder / "grey.png", grey);
  write_png(folder / "coloured.png", coloured);
  CHECK(read_png(folder / "grey.png") == grey);
  CHECK(read_png(folder / "coloured.png") == coloured);
  write_png(folder / "turned.png", grey.transpose(0, 1));
  CHECK(read_png(folder / "turned.png") == grey.transpose(0, 1));
}

TEST_CASE("numbers become pixels") {
  CHECK(to_pixels(NdArray::from<float>({-1, 0, .5f, 1, 3}, {5})) == NdArray::from<uint8_t>({0, 0, 128, 255, 255}, {5}));
}

TEST_CASE("what is no picture is refused") {
  const tests::TemporaryFolder folder;
  CHECK(error_of([&] { write_png(folder / "a.png", NdArray::zeros(DType::f32, {2, 2})); }) ==
        "write_png: a picture must be u8 [height, width] or u8 [height, width, 3], but is f32 [2, 2]");
  CHECK(error_of([&] { write_png(folder / "a.png", NdArray::zeros(DType::u8, {2, 2, 4})); }).ends_with("u8 [2, 2, 4]"));
  const std::string text = folder.file("text.png", "no picture");
  CHECK_THAT(error_of([&] { read_png(text); }), ContainsSubstring(text + ": not a valid PNG file: "));
  write_png(folder / "whole.png", NdArray::zeros(DType::u8, {30, 30}));
  const std::string cut = folder.file("cut.png", read_file(folder / "whole.png").substr(0, 40));
  CHECK_THAT(error_of([&] { read_png(cut); }), ContainsSubstring(cut + ": not a valid PNG file: "));
}
