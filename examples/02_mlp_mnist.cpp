// A network of two fully connected layers learns to read handwritten digits.
#include "examples/frame/classifier.h"
#include "examples/models/mlp.h"

int main(int argc, char** argv) {
  return examples::run_classifier(argc, argv,
                                  {.name = "mlp_mnist",
                                   .description = "Trains a two-layer network on MNIST.",
                                   .data_help = examples::digits_help,
                                   .epochs = 2,
                                   .batch = 32,
                                   .lr = 0.01,
                                   .can_download = true},
                                  examples::digits_task(), models::mlp);
}
