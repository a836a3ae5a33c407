// A C array of layers.
#include <stator/stator.h>
namespace st = stator;
using Layer = st::Linear<4, 4>;

struct Tower {
#ifdef GOOD
  std::array<Layer, 3> blocks;
#else
  Layer blocks[3];
#endif
};

// expect-in-header: a model holds std::array, not C arrays
constexpr long tower = st::parameter_count<Tower>;
