// Options of layers outside their range.
#include <stator/stator.h>
namespace st = stator;

#ifdef GOOD
constexpr double above = 1, below = 0;
constexpr long groups = 2, stride = 1;
#else
constexpr double above = 1.5, below = -0.5;
constexpr long groups = 4, stride = 2;
#endif

// expect-in-header: Dropout: the probability lies outside [0, 1]
st::Dropout<above> a;
// expect-in-header: Dropout2d: the probability lies outside [0, 1]
st::Dropout2d<below> b;
// expect-in-header: Conv2d: groups divide neither or only one of the channels
st::Conv2d<6, 8, 3, st::conv{.groups = groups}> c;
// expect-in-header: Conv2d: padding same needs a stride of 1
st::Conv2d<6, 8, 3, st::conv{.stride = stride, .padding = st::same}> d;
