/* A process that maps packed weights, and reads every page of them (`read`) or answers once (`answer`). Prints the peak
 * of its memory in KB. Arguments: which of both, the packed file. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "digits.h"

static _Alignas(DIGITS_ALIGNMENT_BYTES) char arena[DIGITS_PREDICT_ARENA_BYTES];
static float image[784], scores[10];

static int read_pages(const char* weights) {
  int sum = 0;
  for (int64_t i = 0; i < DIGITS_STATE_BYTES; i += 64) sum += weights[i];
  return sum == 1; /* so that it is not left out */
}

static int print_peak(void) {
  char line[256];
  FILE* status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, "VmHWM:", 6) == 0) return fputs(line + 6, stdout) < 0;
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const void* weights = mmap(NULL, DIGITS_STATE_BYTES, PROT_READ, MAP_PRIVATE, open(argv[2], O_RDONLY), 0);
  if (weights == MAP_FAILED) return 2;
  if (strcmp(argv[1], "read") == 0) return read_pages(weights) || print_peak();
  int32_t error = digits_check(weights, DIGITS_STATE_BYTES);
  if (!error) error = digits_predict(weights, arena, image, scores, 1, NULL);
  return error || print_peak();
}
