// A client in C++, which knows nothing but the header.
#include <iostream>
#include <string>
#include <vector>

#include "tests/aot/answer.h"

struct Blocks {
  alignas(DIGITS_ALIGNMENT_BYTES) unsigned char state[DIGITS_STATE_BYTES];
  alignas(DIGITS_ALIGNMENT_BYTES) unsigned char arena[DIGITS_PREDICT_ARENA_BYTES];
};

int main() {
  static Blocks blocks;
  std::vector<float> images(answer_rows * 784);
  std::string text(answer_digits, ' ');
  const int32_t error = answer(blocks.state, blocks.arena, images.data(), text.data());
  if (error != DIGITS_OK) {
    std::cerr << digits_strerror(error) << '\n';
    return 1;
  }
  std::cout << text << '\n';
}
