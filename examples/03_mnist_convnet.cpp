// A convolutional network learns to read handwritten digits: 98.5 % of the test images after one epoch.
#include "examples/frame/classifier.h"
#include "examples/models/convnet.h"

int main(int argc, char** argv) {
  return examples::run_classifier(argc, argv,
                                  {.name = "mnist_convnet",
                                   .description = "Trains a convolutional network on MNIST.",
                                   .data_help = examples::digits_help,
                                   .epochs = 2,
                                   .batch = 32,
                                   .lr = 0.5,
                                   .can_download = true},
                                  examples::digits_task(), models::convnet);
}
