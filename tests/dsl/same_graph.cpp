// Prints the hashes of two programs' graphs as this compiler made them in constant expressions; same_graph.py compares.
#include <cstdio>

#include "tests/dsl/graph_hash.h"
#include "tests/dsl/models.h"

int main() {
  constexpr unsigned long convnet = graph_hash(models::convnet.graph()), tower = graph_hash(models::tower.graph());
  std::printf("%lu %lu\n", convnet, tower);
}
