// Random draws, by the definition of their bits: no shape is compiled for them.
#include <algorithm>
#include <cstring>

#include "dsl/eager/machine.h"
#include "runtime/philox.h"

namespace stator::eager {
namespace {

constexpr int64_t block_elements = 4, blocks_at_once = 2048;  // that a thread claims

struct Draw {
  RandomStream stream;
  float* to;
  int64_t count;

  /// Elements of blocks [first, last).
  void run(int64_t first, int64_t last) const {
    const int64_t whole = std::min(last, count / block_elements);
    for (int64_t block = first; block < whole; ++block) write(block, block_elements);
    if (last > whole) write(whole, count % block_elements);
  }
  void write(int64_t block, int64_t elements) const {
    const std::array<uint32_t, 4> words = stream.block(static_cast<uint64_t>(block));
    for (int64_t i = 0; i < elements; ++i) to[block * block_elements + i] = uniform(words[static_cast<size_t>(i)]);
  }
};

int64_t number_of(const Entry& scalar) {
  int64_t number;
  std::memcpy(&number, scalar.data, sizeof number);
  return number;
}

}  // namespace

Entry Machine::drawn(std::span<const Attribute> attributes, std::span<Entry* const> operands, const Dims& dims) {
  Entry result;
  result.dtype = DType::f32;
  result.dims = result.base = dims;
  result.block = pool.take(result.base_bytes());
  result.data = result.block.data();
  const RandomStream stream{static_cast<uint64_t>(number_of(*operands[0])),
                            static_cast<uint32_t>(number_of(*operands[1])),
                            site_word(attributes[0].integers[0], attributes[1].integers[0])};
  const Draw draw{stream, reinterpret_cast<float*>(result.data), dims.element_count()};
  const int64_t blocks = (draw.count + block_elements - 1) / block_elements;
  const int64_t chunks = (blocks + blocks_at_once - 1) / blocks_at_once;
  auto work = [](const StatorCall* context, int64_t chunk) {
    const Draw& all = *reinterpret_cast<const Draw*>(context);
    const int64_t end = (all.count + block_elements - 1) / block_elements, first = chunk * blocks_at_once;
    all.run(first, std::min(first + blocks_at_once, end));
  };
  ++workspace.launches;
  workspace.moved_bytes += result.base_bytes();
  if (workspace.pool.threads() > 1 && chunks > 1)
    workspace.pool.run(work, reinterpret_cast<const StatorCall*>(&draw), chunks);
  else draw.run(0, blocks);
  return result;
}

}  // namespace stator::eager
