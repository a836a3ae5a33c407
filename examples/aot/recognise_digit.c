/* Reads a handwritten digit, a picture of 28 x 28 grey values (PGM, binary), and prints which one it is. Stator is no
 * part of this program: it knows convnet.h, and weights that train_digits or `mnist_convnet --save FILE` trained. They
 * come as a file, or within the program where the library was built with them.
 *
 *     recognise_digit [WEIGHTS.safetensors] < picture.pgm */
#include <stdio.h>

#include "convnet.h"

static _Alignas(CONVNET_ALIGNMENT_BYTES) char state[CONVNET_STATE_BYTES];
static _Alignas(CONVNET_ALIGNMENT_BYTES) char arena[CONVNET_PREDICT_ARENA_BYTES];

static int fail(const char* what, const char* why) {
  fprintf(stderr, "%s: %s\n", what, why);
  return 1;
}

/* Fills the picture, normalised as for training. */
static int read_picture(float* picture) {
  unsigned char pixels[CONVNET_PREDICT_INPUT0_ELEMENTS];
  int width = 0, height = 0, most = 0;
  if (scanf("P5 %d %d %d", &width, &height, &most) != 3 || getchar() == EOF) return 0;
  if (width != 28 || height != 28 || most != 255 || fread(pixels, 1, sizeof pixels, stdin) != sizeof pixels) return 0;
  for (size_t i = 0; i < sizeof pixels; ++i) picture[i] = ((float)pixels[i] / 255.0f - 0.1302f) / 0.3069f;
  return 1;
}

/* Makes the state of a file; the optimizer's part of it is passed over. */
static int load(const char* path) {
  static char weights[8 << 20];
  FILE* file = fopen(path, "rb");
  if (!file) return fail(path, "cannot be opened");
  const size_t size = fread(weights, 1, sizeof weights, file);
  fclose(file);
  const int32_t error = convnet_load(state, weights, (int64_t)size);
  return error == CONVNET_OK ? 0 : fail(path, convnet_strerror(error));
}

int main(int argc, char** argv) {
  if (argc != 2 - CONVNET_HAS_WEIGHTS) return fail("usage", "recognise_digit [WEIGHTS.safetensors] < picture.pgm");
  if (!CONVNET_HAS_WEIGHTS && load(argv[1])) return 1;
  float picture[CONVNET_PREDICT_INPUT0_ELEMENTS], scores[CONVNET_PREDICT_RESULT0_ELEMENTS];
  if (!read_picture(picture)) return fail("standard input", "is not a PGM picture of 28 x 28 bytes");
  const void* from = CONVNET_HAS_WEIGHTS ? NULL : state; /* null: the library's own weights */
  const int32_t error = convnet_predict(from, arena, picture, scores, 1, NULL);
  if (error != CONVNET_OK) return fail("convnet_predict", convnet_strerror(error));
  int best = 0;
  for (int digit = 1; digit < 10; ++digit)
    if (scores[digit] > scores[best]) best = digit;
  printf("%d\n", best);
  return 0;
}
