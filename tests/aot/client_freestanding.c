/* A client for 64-bit ARM without any library. */
#include "tests/aot/answer.h"
#include "tests/aot/bare_arm.h"

static _Alignas(DIGITS_ALIGNMENT_BYTES) char state[DIGITS_STATE_BYTES];
static _Alignas(DIGITS_ALIGNMENT_BYTES) char arena[DIGITS_PREDICT_ARENA_BYTES];
static float images[answer_rows * 784];

void _start(void) {
  static char text[answer_digits + 1];
  const int32_t error = answer(state, arena, images, text);
  text[answer_digits] = '\n';
  if (error == DIGITS_OK) send(text, sizeof text);
  leave(error);
}
