// Follows the factors of symbolic axes through reshapes.
#include "compiler/mask/axis_factors.h"

namespace stator::mask {

Bindings::Bindings(mlir::DictionaryAttr numbers) {
  for (int s = 1; numbers && s < symbol::count; ++s)
    if (auto number = numbers.getAs<mlir::IntegerAttr>(symbol::name_of(Symbol(s)))) numbers_[s] = number.getInt();
}

static llvm::SmallVector<Factor, 2> symbolsFirst(const Extent& extent, const Bindings& bindings) {
  llvm::SmallVector<Factor, 2> factors;
  int64_t rest = extent.number;
  for (Symbol s : extent.symbols) {
    if (s == symbol::none) break;
    factors.push_back({bindings[s], s});
    rest /= bindings[s];
  }
  if (rest != 1 || factors.empty()) factors.push_back({rest, symbol::none});
  return factors;
}

AxisFactors factorsOfSource(const Extent& extent, const Bindings& bindings) {
  llvm::SmallVector<Factor, 2> factors = symbolsFirst(extent, bindings);
  return factors.size() == 1 ? AxisFactors{AxisFactors::Kind::known, factors} : AxisFactors::mixed();
}

AxisFactors join(const AxisFactors& a, const AxisFactors& b) {
  if (a.kind == AxisFactors::Kind::free) return b;
  if (b.kind == AxisFactors::Kind::free || a == b) return a;
  return AxisFactors::mixed();
}

llvm::SmallVector<Factor, 2> orderedFactors(const AxisFactors& axis, const Extent& extent, const Bindings& bindings) {
  return axis.kind == AxisFactors::Kind::known ? axis.factors : symbolsFirst(extent, bindings);
}

namespace {

/// A factor of the flattened operand, with the axis it is of.
struct Piece {
  Factor factor;
  int axis;
  AxisFactors::Kind kind;
};

/// Hands out the pieces of the flattened operand from the front, in portions that fit the result's axes.
class Pieces {
 public:
  Pieces(llvm::ArrayRef<AxisFactors> axes, const Extents& from, const Bindings& bindings) {
    for (auto [axis, factors] : llvm::enumerate(axes))
      for (const Factor& factor : orderedFactors(factors, from[int(axis)], bindings))
        if (factor.extent != 1 || factor.symbol != symbol::none) pieces_.push_back({factor, int(axis), factors.kind});
  }

  ReshapedAxis take(const Extent& extent) {
    ReshapedAxis result;
    AxisFactors& axis = result.factors;
    for (int64_t open = extent.number; next_ < pieces_.size();) {
      Piece& piece = pieces_[next_];
      const bool lacks = lacksSymbol(axis, extent, piece.factor.symbol);
      if (open == 1 && !(piece.factor.extent == 1 && lacks)) break;
      if (piece.factor.extent == 1 && !lacks) return lose(result);
      int64_t taken = std::min(open, piece.factor.extent);
      if (result.from.empty() || result.from.back() != piece.axis) result.from.push_back(piece.axis);
      bool cut = taken != piece.factor.extent && piece.factor.symbol != symbol::none;
      bool even = open % taken == 0 && piece.factor.extent % taken == 0;
      if (cut || !even || piece.kind == AxisFactors::Kind::mixed) return lose(result);
      append(axis.factors, {taken, piece.factor.symbol});
      if (piece.kind == AxisFactors::Kind::known) axis.kind = AxisFactors::Kind::known;
      open /= taken;
      piece.factor.extent /= taken;
      if (piece.factor.extent == 1) ++next_;
    }
    if (axis.factors.empty()) axis.factors.push_back({1, symbol::none});
    if (axis.kind == AxisFactors::Kind::free) axis.factors.clear();
    return result;
  }

 private:
  /// Whether the factors hold a symbol of the extent less often than the extent does. Of one element, nothing else
  /// tells which axis it is of.
  static bool lacksSymbol(const AxisFactors& axis, const Extent& extent, Symbol symbol) {
    auto held = llvm::count_if(axis.factors, [&](const Factor& factor) { return factor.symbol == symbol; });
    return symbol != symbol::none && held < llvm::count(extent.symbols, symbol);
  }

  static void append(llvm::SmallVector<Factor, 2>& factors, Factor next) {
    bool bothNumbers = !factors.empty() && factors.back().symbol == symbol::none && next.symbol == symbol::none;
    if (bothNumbers) factors.back().extent *= next.extent;
    else factors.push_back(next);
  }
  /// From here on, no portion is known.
  ReshapedAxis lose(ReshapedAxis& result) {
    for (Piece& piece : llvm::MutableArrayRef(pieces_).drop_front(next_)) piece.kind = AxisFactors::Kind::mixed;
    result.factors = AxisFactors::mixed();
    return result;
  }

  llvm::SmallVector<Piece> pieces_;
  size_t next_ = 0;
};

/// Whether the factors multiply to the symbols of the extent.
bool matches(const AxisFactors& axis, const Extent& extent) {
  Extent symbols;
  for (const Factor& factor : axis.factors)
    if (factor.symbol != symbol::none) symbols = symbols * Extent(factor.symbol);
  return llvm::equal(symbols.symbols, extent.symbols);
}

}  // namespace

llvm::SmallVector<ReshapedAxis> reshapeFactors(llvm::ArrayRef<AxisFactors> axes, const Extents& from, const Extents& to,
                                               const Bindings& bindings) {
  Pieces pieces(axes, from, bindings);
  llvm::SmallVector<ReshapedAxis> results;
  for (int i = 0; i < to.rank; ++i) {
    results.push_back(pieces.take(to[i]));
    AxisFactors& axis = results.back().factors;
    if (axis.kind == AxisFactors::Kind::known && !matches(axis, to[i])) axis = AxisFactors::mixed();
  }
  return results;
}

}  // namespace stator::mask
