// Windows on a text: targets one character on, the same windows from the same seed and step, all of them in order.
#include "runtime/data/text_windows.h"

#include <numeric>

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;
using namespace stator::data;

namespace {

NdArray counting(int64_t count) {
  NdArray numbers = NdArray::empty(DType::i64, {count});
  std::iota(numbers.values<int64_t>().begin(), numbers.values<int64_t>().end(), 0);
  return numbers;
}

}  // namespace

TEST_CASE("random windows lie in the text, and depend on seed and step alone") {
  TextWindows windows(counting(50), 4, 8), same(counting(50), 4, 8);
  int64_t least = 50, greatest = 0;
  for (int64_t step = 0; step < 100; ++step) {
    windows.draw(3, step);
    for (int64_t row = 0; row < 4; ++row) {
      const int64_t start = windows.inputs().at<int64_t>({row, 0});
      least = std::min(least, start), greatest = std::max(greatest, start);
      CHECK(windows.inputs().at<int64_t>({row, 7}) == start + 7);
      CHECK(windows.targets().at<int64_t>({row, 0}) == start + 1);
      CHECK(windows.targets().at<int64_t>({row, 7}) == start + 8);
    }
  }
  CHECK(least == 0);
  CHECK(greatest == 41);
  same.draw(3, 99);
  CHECK(same.inputs() == windows.inputs());
  same.draw(4, 99);
  CHECK_FALSE(same.inputs() == windows.inputs());
}

TEST_CASE("windows in order cover the text once") {
  TextWindows windows(counting(22), 3, 4);
  CHECK(windows.window_count() == 5);
  CHECK(windows.take(0) == 3);
  CHECK(windows.inputs().at<int64_t>({2, 0}) == 8);
  CHECK(windows.take(1) == 2);
  CHECK(windows.inputs().at<int64_t>({0, 0}) == 12);
  CHECK(windows.targets().at<int64_t>({1, 3}) == 20);
  CHECK(windows.inputs().at<int64_t>({2, 0}) == 16);
  CHECK(windows.take(2) == 0);
}

TEST_CASE("windows that cannot be are refused") {
  CHECK(tests::error_of([] { TextWindows(counting(8), 1, 8); }) ==
        "text windows: characters must be i64 [N] with N above 8, but are i64 [8]");
  CHECK(tests::error_of([] { TextWindows(counting(8), 0, 4); }) == "text windows: 0 rows of 4 characters are below 1");
}
