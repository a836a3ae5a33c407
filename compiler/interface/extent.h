// Extents: a number, a named symbol that is bound when a program is compiled, or a number times symbols.
#pragma once

namespace stator {

namespace symbol {
/// The names an extent may have. A symbol equals itself alone; `compile(program, batch = 32)` binds it.
enum Symbol : unsigned char { none, batch, steps, tokens, samples };
inline constexpr int count = 5;
constexpr const char* name_of(Symbol s) {
  constexpr const char* names[count]{"", "batch", "steps", "tokens", "samples"};
  return names[s];
}
}  // namespace symbol
using symbol::Symbol;

inline constexpr int max_rank = 6;
inline constexpr int max_symbols = 3;

/// `number * symbols[0] * symbols[1] * ...`, symbols in ascending order, unused ones `none` at the end.
struct Extent {
  long number = 1;
  Symbol symbols[max_symbols]{};

  constexpr Extent() = default;
  constexpr Extent(long value) : number(value) {}
  constexpr Extent(Symbol s) : symbols{s} {}

  constexpr bool is_number() const { return symbols[0] == symbol::none; }
  constexpr bool operator==(const Extent&) const = default;
};

/// The product of two extents. Errors: more than `max_symbols` symbols give an extent of -1, which no rule accepts.
constexpr Extent operator*(Extent a, const Extent& b) {
  a.number *= b.number;
  for (Symbol s : b.symbols) {
    if (s == symbol::none) break;
    if (a.symbols[max_symbols - 1] != symbol::none) return Extent(-1);
    int at = max_symbols - 1;
    for (; at > 0 && (a.symbols[at - 1] == symbol::none || a.symbols[at - 1] > s); --at)
      a.symbols[at] = a.symbols[at - 1];
    a.symbols[at] = s;
  }
  return a;
}

/// `a / b` where it is exact, number by number and symbol by symbol; otherwise an extent of -1.
constexpr Extent divide(Extent a, const Extent& b) {
  if (b.number == 0 || a.number % b.number != 0) return Extent(-1);
  a.number /= b.number;
  for (Symbol s : b.symbols) {
    if (s == symbol::none) break;
    int at = 0;
    while (at < max_symbols && a.symbols[at] != s) ++at;
    if (at == max_symbols) return Extent(-1);
    for (; at + 1 < max_symbols; ++at) a.symbols[at] = a.symbols[at + 1];
    a.symbols[max_symbols - 1] = symbol::none;
  }
  return a;
}

/// The extents of a tensor: what a shape rule computes with.
struct Extents {
  int rank = 0;
  Extent at[max_rank]{};

  constexpr Extents() = default;
  template <class... E> constexpr Extents(int, E... extents) : rank(sizeof...(E)), at{Extent(extents)...} {}

  /// Counts from the end when `axis` is negative, as in NumPy.
  constexpr const Extent& operator[](int axis) const { return at[axis < 0 ? rank + axis : axis]; }
  constexpr Extent& operator[](int axis) { return at[axis < 0 ? rank + axis : axis]; }
  constexpr void push(const Extent& extent) { at[rank++] = extent; }
  constexpr bool has_axis(int axis) const { return axis >= -rank && axis < rank; }
  constexpr int axis_from_front(int axis) const { return axis < 0 ? rank + axis : axis; }
  constexpr bool operator==(const Extents& other) const {
    if (rank != other.rank) return false;
    for (int i = 0; i < rank; ++i)
      if (at[i] != other.at[i]) return false;
    return true;
  }
};

/// The number of elements, symbols and all.
constexpr Extent element_count(const Extents& extents) {
  Extent n;
  for (int i = 0; i < extents.rank; ++i) n = n * extents.at[i];
  return n;
}

}  // namespace stator
