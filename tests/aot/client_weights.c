/* The ways to bring weights: loaded from a file, embedded in the library with a handle or without, and mapped from a
 * packed file that nothing may write to. Arguments: a safetensors file, a packed file. Prints the answer of each. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "tests/aot/answer.h"

static _Alignas(DIGITS_ALIGNMENT_BYTES) char state[DIGITS_STATE_BYTES];
static _Alignas(DIGITS_ALIGNMENT_BYTES) char arena[DIGITS_PREDICT_ARENA_BYTES];
static float images[answer_rows * 784];
static char file[8 << 20];

static int tell(const char* how, const void* with, int32_t error) {
  char text[answer_digits + 1] = {0};
  if (error == DIGITS_OK) error = answer_of(with, arena, images, text);
  if (error == DIGITS_OK) puts(text);
  else fprintf(stderr, "%s: %s\n", how, digits_strerror(error));
  return error != DIGITS_OK;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  FILE* weights = fopen(argv[1], "rb");
  if (!weights) return 2;
  const size_t size = fread(file, 1, sizeof file, weights);
  fclose(weights);
  if (tell("loaded", state, digits_load(state, file, (int64_t)size))) return 1;
  if (tell("embedded", NULL, DIGITS_OK)) return 1;
  static _Alignas(DIGITS_ALIGNMENT_BYTES) char handle[DIGITS_HANDLE_BYTES];
  if (tell("handle", handle, digits_open(handle))) return 1;
  if (digits_load_parameters(handle, file, (int64_t)size) != DIGITS_WRONG_STATE) return 2;
  if (digits_check(handle, DIGITS_HANDLE_BYTES) != DIGITS_OK) return 2;
  const void* mapped = mmap(NULL, DIGITS_STATE_BYTES, PROT_READ, MAP_PRIVATE, open(argv[2], O_RDONLY), 0);
  if (mapped == MAP_FAILED) return 2;
  if (tell("packed", mapped, digits_check(mapped, DIGITS_STATE_BYTES))) return 1;
  return 0;
}
