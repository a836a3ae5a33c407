// A user's file without a model: what the header alone costs.
#include <stator/stator.h>

int main() {}
