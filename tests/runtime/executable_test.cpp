// Looking up functions of an executable.
#include "runtime/executable.h"

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;

TEST_CASE("functions are found by name; an unknown one lists those there are") {
  Executable executable;
  executable.functions.resize(2);
  executable.functions[0].name = "predict";
  executable.functions[1].name = "step";
  CHECK(&executable.function("step") == &executable.functions[1]);
  CHECK(tests::error_of([&] { executable.function("test"); }) ==
        "executable: no function is called 'test'; there are [predict, step]");
}

TEST_CASE("a tensor's size") {
  const TensorFacts tensor{DType::f16, {32, 10}, {symbol::batch, symbol::none}, 0};
  CHECK(tensor.element_count() == 320);
  CHECK(tensor.size_bytes() == 640);
}
