// Structs that are not models: constructors, C arrays, too many members.
#include <stator/stator.h>
namespace st = stator;
using Layer = st::Linear<4, 4>;

#ifdef GOOD
struct Constructed {
  Layer fc;
  int width = 4;
};
struct Crowded {
  Layer fc;
  std::array<Layer, 65> blocks;
};
#else
struct Constructed {
  Constructed() {}
  Layer fc;
  int width = 4;
};
struct Crowded {
  Layer m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
      m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46,
      m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62, m63, m64;
};
#endif

// expect-in-header: a model is a plain struct: no constructors, no private members, no bases
constexpr long constructed = st::parameter_count<Constructed>;
// expect-in-header: a model has at most 64 members: group some in a struct
constexpr long crowded = st::parameter_count<Crowded>;
