/* A training step on 64-bit ARM, of any model whose library is called `model`, without any library else. It reads the
 * size of a saved state, that state and the step's two inputs, and writes the loss and the state behind the step. The
 * compiler is told what the inputs are (INPUT0, INPUT1) and how many rows there are (ROWS). */
#include "model.h"
#include "tests/aot/bare_arm.h"

static _Alignas(MODEL_ALIGNMENT_BYTES) char state[MODEL_STATE_BYTES];
static _Alignas(MODEL_ALIGNMENT_BYTES) char arena[MODEL_TRAIN_STEP_ARENA_BYTES];
static char saved[2 * MODEL_SAVED_BYTES]; /* other writers' headers may be longer */
static INPUT0 input0[MODEL_TRAIN_STEP_INPUT0_ELEMENTS / MODEL_TRAIN_STEP_MOST_BATCH * ROWS];
static INPUT1 input1[MODEL_TRAIN_STEP_INPUT1_ELEMENTS / MODEL_TRAIN_STEP_MOST_BATCH * ROWS];

void _start(void) {
  float loss = 0;
  int64_t saved_bytes;
  receive(&saved_bytes, sizeof saved_bytes);
  if (saved_bytes > (int64_t)sizeof saved) leave(124);
  receive(saved, (size)saved_bytes);
  receive(input0, sizeof input0);
  receive(input1, sizeof input1);
  int32_t error = model_load(state, saved, saved_bytes);
  if (!error) error = model_train_step(state, arena, input0, input1, &loss, ROWS, 0);
  if (!error) error = model_save(state, saved, sizeof saved);
  if (error) leave(error);
  send(&loss, sizeof loss);
  send(saved, MODEL_SAVED_BYTES);
  leave(0);
}
