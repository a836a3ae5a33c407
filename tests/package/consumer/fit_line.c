/* Trains in a program that has nothing of Stator in it but the library: a line through points of y = 2 x - 1. */
#include <assert.h>
#include <stdio.h>

#include "line.h"

static_assert(LINE_ARENA_BYTES <= 4096, "a budget for the arena");

static _Alignas(LINE_ALIGNMENT_BYTES) char state[LINE_STATE_BYTES], arena[LINE_ARENA_BYTES];

int main(void) {
  float x[16], y[16], loss, ends[2] = {0, 1}, found[2];
  for (int i = 0; i < 16; ++i) x[i] = (float)i / 8 - 1, y[i] = 2 * x[i] - 1;
  int32_t error = line_init(state, 1);
  for (int step = 0; step < 500 && !error; ++step) error = line_train_step(state, arena, x, y, &loss, 16, NULL);
  if (!error) error = line_predict(state, arena, ends, found, 2, NULL);
  if (error) return fprintf(stderr, "%s\n", line_strerror(error)), 1;
  printf("y = %.3f x + %.3f\n", (double)(found[1] - found[0]), (double)found[0]);
  return 0;
}
