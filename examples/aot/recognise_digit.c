/* Reads a handwritten digit, a picture of 28 x 28 grey values (PGM, binary), and prints which one it is. Stator is no
 * part of this program: it knows convnet.h, and weights that `mnist_convnet --save FILE` trained.
 *
 *     recognise_digit WEIGHTS.safetensors < picture.pgm */
#include <stdio.h>

#include "convnet.h"

static _Alignas(CONVNET_ALIGNMENT_BYTES) char state[CONVNET_STATE_BYTES];
static _Alignas(CONVNET_ALIGNMENT_BYTES) char arena[CONVNET_PREDICT_ARENA_BYTES];
static char weights[8 << 20]; /* a saved state, with the optimizer's part of it */

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

int main(int argc, char** argv) {
  if (argc != 2) return fail("usage", "recognise_digit WEIGHTS.safetensors < picture.pgm");
  FILE* file = fopen(argv[1], "rb");
  if (!file) return fail(argv[1], "cannot be opened");
  const size_t size = fread(weights, 1, sizeof weights, file);
  fclose(file);
  int32_t error = convnet_load(state, weights, (int64_t)size);
  if (error != CONVNET_OK) return fail(argv[1], convnet_strerror(error));

  float picture[CONVNET_PREDICT_INPUT0_ELEMENTS], scores[CONVNET_PREDICT_RESULT0_ELEMENTS];
  if (!read_picture(picture)) return fail("standard input", "is not a PGM picture of 28 x 28 bytes");
  error = convnet_predict(state, arena, picture, scores, 1, NULL);
  if (error != CONVNET_OK) return fail("convnet_predict", convnet_strerror(error));
  int best = 0;
  for (int digit = 1; digit < 10; ++digit)
    if (scores[digit] > scores[best]) best = digit;
  printf("%d\n", best);
  return 0;
}
