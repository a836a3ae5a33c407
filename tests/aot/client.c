/* A client in C, which knows nothing but the header. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/aot/answer.h"

static_assert(DIGITS_ARENA_BYTES >= DIGITS_PREDICT_ARENA_BYTES, "the arena serves every function");
static_assert(DIGITS_PREDICT_MOST_BATCH == 32, "the greatest batch is a constant");

static _Alignas(DIGITS_ALIGNMENT_BYTES) char state[DIGITS_STATE_BYTES];
static _Alignas(DIGITS_ALIGNMENT_BYTES) char arena[DIGITS_PREDICT_ARENA_BYTES];
static float images[answer_rows * 784];

int main(void) {
  static const char* const names[] = DIGITS_TENSOR_NAMES;
  static const int64_t extents[DIGITS_PREDICT_INPUT0_RANK] = DIGITS_PREDICT_INPUT0_EXTENTS;
  char text[answer_digits + 1] = {0};
  const int32_t error = answer(state, arena, images, text);
  if (error != DIGITS_OK || strcmp(names[0], "conv1.weight") != 0 || extents[0] != 32 || extents[3] != 28) {
    fprintf(stderr, "%s\n", digits_strerror(error));
    return 1;
  }
  puts(text);
  return 0;
}
