// Sentences from a small grammar, for where no text is at hand.
#include <array>

#include "runtime/data/text_set.h"
#include "runtime/hash.h"
#include "runtime/philox.h"

namespace stator::data {
namespace {

using Words = std::array<const char*, 12>;

constexpr Words subjects{"the king",   "a sailor",   "my brother", "the old woman",  "a young fox", "the miller",
                         "our friend", "a stranger", "the moon",   "the north wind", "a child",     "the black cat"};
constexpr Words verbs{"sees",    "follows", "remembers", "calls", "finds", "leaves",
                      "carries", "forgets", "paints",    "hears", "loves", "counts"};
constexpr Words objects{"the river",    "a golden ring", "the silent house", "seven stars",
                        "an open door", "the long road", "a letter",         "the garden",
                        "a small boat", "the morning",   "a song",           "the last snow"};
constexpr Words circumstances{"at night", "in the rain", "without a word", "by the sea",   "again",     "in winter",
                              "alone",    "too late",    "with a smile",   "in the hills", "every day", "before dawn"};
constexpr std::array<const char*, 4> ends{".", ".", "!", "?"};

class Writer {
 public:
  explicit Writer(uint64_t seed) : stream_{seed, 0, fnv1a_32("written sentences")} {}

  std::string sentence() {
    std::string text = one_of(subjects);
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
    text += std::string(" ") + one_of(verbs) + " " + one_of(objects);
    if (below(2) == 0) text += std::string(" ") + one_of(circumstances);
    if (below(3) == 0) text += std::string(", and ") + one_of(subjects) + " " + one_of(verbs) + " " + one_of(objects);
    return text + one_of(ends) + (below(5) == 0 ? "\n\n" : below(2) == 0 ? "\n" : " ");
  }

 private:
  size_t below(size_t bound) { return uint64_t{stream_.word(next_++)} * bound >> 32; }
  template <size_t N> const char* one_of(const std::array<const char*, N>& words) { return words[below(N)]; }

  RandomStream stream_;
  uint64_t next_ = 0;
};

}  // namespace

std::string write_sentences(size_t count, uint64_t seed) {
  Writer writer(seed);
  std::string text;
  while (text.size() < count) text += writer.sentence();
  return text;
}

}  // namespace stator::data
