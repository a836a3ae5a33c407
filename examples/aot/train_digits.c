/* Trains a convolutional network on handwritten digits. Stator is no part of this program: it knows convnet_trainer.h,
 * and the memory that it gives to the library is all there is.
 *
 *     train_digits train-images-idx3-ubyte train-labels-idx1-ubyte WEIGHTS.safetensors */
#include <stdio.h>

#include "convnet_trainer.h"

enum { batch = CONVNET_TRAINER_TRAIN_STEP_MOST_BATCH, pixels = 28 * 28 };

static _Alignas(CONVNET_TRAINER_ALIGNMENT_BYTES) char state[CONVNET_TRAINER_STATE_BYTES];
static _Alignas(CONVNET_TRAINER_ALIGNMENT_BYTES) char arena[CONVNET_TRAINER_ARENA_BYTES];
static char saved[CONVNET_TRAINER_SAVED_BYTES];

static int fail(const char* what, const char* why) {
  fprintf(stderr, "%s: %s\n", what, why);
  return 1;
}

/* The next rows of both files, the images normalised; how many there are. */
static int read_rows(FILE* images, FILE* labels, float* to_images, int64_t* to_labels) {
  unsigned char row[pixels];
  int rows = 0;
  for (; rows < batch; ++rows) {
    const int label = getc(labels);
    if (label == EOF || fread(row, 1, pixels, images) != pixels) break;
    for (int i = 0; i < pixels; ++i) to_images[rows * pixels + i] = ((float)row[i] / 255.0f - 0.1302f) / 0.3069f;
    to_labels[rows] = label;
  }
  return rows;
}

/* Once through the data. The last batch may have fewer rows. */
static int32_t train(FILE* images, FILE* labels) {
  static float image_rows[batch * pixels];
  static int64_t label_rows[batch];
  float mean = 0;
  int32_t error = convnet_trainer_init(state, 0);
  for (int step = 1; !error; ++step) {
    const int rows = read_rows(images, labels, image_rows, label_rows);
    if (rows == 0) break;
    float loss = 0;
    error = convnet_trainer_train_step(state, arena, image_rows, label_rows, &loss, rows, NULL);
    mean += (loss - mean) / (float)(step < 100 ? step : 100);
    if (step % 100 == 0) printf("step %d: loss %.3f\n", step, (double)mean);
  }
  return error;
}

int main(int argc, char** argv) {
  if (argc != 4) return fail("usage", "train_digits IMAGES LABELS WEIGHTS.safetensors");
  FILE *images = fopen(argv[1], "rb"), *labels = fopen(argv[2], "rb");
  if (!images || !labels) return fail(images ? argv[2] : argv[1], "cannot be opened");
  if (fseek(images, 16, SEEK_SET) || fseek(labels, 8, SEEK_SET)) return fail(argv[1], "is too short");
  int32_t error = train(images, labels);
  if (!error) error = convnet_trainer_save(state, saved, sizeof saved);
  if (error) return fail("convnet_trainer", convnet_trainer_strerror(error));
  FILE* weights = fopen(argv[3], "wb");
  const size_t written = weights ? fwrite(saved, 1, sizeof saved, weights) : 0;
  if (!weights || fclose(weights) || written != sizeof saved) return fail(argv[3], "cannot be written");
  return 0;
}
