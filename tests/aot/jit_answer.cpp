// What the clients' answer must be: the same rows, from the JIT. Arguments: the target, and where the state is saved.
#include <bit>
#include <cstdio>

#include "examples/models/convnet.h"

int main(int argc, char** argv) {
  using namespace stator;
  NdArray images = NdArray::zeros(DType::f32, {5, 1, 28, 28});
  for (uint32_t i = 0; i < 5 * 784; ++i)
    images.data<float>()[i] = static_cast<float>((i * 2654435761u) >> 23) / 256.0f - 1.0f;
  State state = init(models::convnet, seed(7));
  CompileOptions options;
  options.cache = "off";
  if (argc > 1) options.target = argv[1];
  if (argc > 2) state.save(argv[2]);
  auto compiled = compile<"predict">(models::convnet, batch = 32, options);
  const NdArray scores = compiled.call<"predict">(state, images).contiguous();
  for (int i = 0; i < 50; ++i) std::printf("%08x", std::bit_cast<uint32_t>(scores.data<float>()[i]));
  std::puts("");
}
