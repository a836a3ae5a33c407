// A contraction's tile by AMX: at most two by two registers of 16 x 16 sums. Sums are registers 0 to 3, squares of A 4
// and 5, squares of B 6 and 7.
#include "compiler/kernels/contraction_amx.h"

#include <array>
#include <string>

#include "compiler/kernels/bfloat16.h"
#include "compiler/kernels/contraction_squares.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace stator::kernels {

namespace arith = mlir::arith;
namespace LLVM = mlir::LLVM;
namespace vector = mlir::vector;
using Square = ContractionSchedule::Square;

namespace {

Value word(const IndexBuilder& ix, int64_t value) {
  return ix.builder.create<LLVM::ConstantOp>(ix.location, ix.builder.getI64Type(), value);
}

constexpr int firstOfA = 4, firstOfB = 6;

/// One instruction. As assembly, since LLVM would give registers other numbers than those that the configuration is
/// for: its scheduler renames them, and it keeps no account of them between blocks.
void instruct(const IndexBuilder& ix, const std::string& text, const std::string& constraints, ValueRange operands) {
  ix.builder.create<LLVM::InlineAsmOp>(ix.location, mlir::TypeRange(), operands, text, constraints,
                                       /*has_side_effects=*/true, /*is_align_stack=*/false, LLVM::AsmDialectAttr(),
                                       mlir::ArrayAttr());
}

std::string nameOf(int64_t number) { return "tmm" + std::to_string(number); }

/// Rows lie `strideBytes` apart.
void loadSquare(const IndexBuilder& ix, int64_t number, Value from, int64_t strideBytes) {
  const std::string name = nameOf(number);
  instruct(ix, "tileloadd ($0,$1), %" + name, "r,r,~{" + name + "},~{memory}", {from, word(ix, strideBytes)});
}

void storeSquare(const IndexBuilder& ix, int64_t number, Value to, int64_t strideBytes) {
  instruct(ix, "tilestored %" + nameOf(number) + ", ($0,$1)", "r,r,~{memory}", {to, word(ix, strideBytes)});
}

void clearSquare(const IndexBuilder& ix, int64_t number) {
  instruct(ix, "tilezero %" + nameOf(number), "~{" + nameOf(number) + "}", {});
}

void addProducts(const IndexBuilder& ix, int64_t sums, int64_t a, int64_t b) {
  instruct(ix, "tdpbf16ps %" + nameOf(b) + ", %" + nameOf(a) + ", %" + nameOf(sums), "~{" + nameOf(sums) + "}", {});
}

/// The address of `memref[index]`.
Value pointerTo(const IndexBuilder& ix, Value memref, Value index) {
  auto& b = ix.builder;
  mlir::Type word = b.getI64Type(), pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value base = b.create<mlir::memref::ExtractAlignedPointerAsIndexOp>(ix.location, memref);
  Value start = b.create<LLVM::IntToPtrOp>(ix.location, pointer, b.create<arith::IndexCastOp>(ix.location, word, base));
  mlir::Type element = llvm::cast<mlir::MemRefType>(memref.getType()).getElementType();
  LLVM::GEPArg at = b.create<arith::IndexCastOp>(ix.location, word, index).getResult();
  return b.create<LLVM::GEPOp>(ix.location, pointer, element, start, at);
}

class AmxTile {
 public:
  AmxTile(IndexBuilder ix, const ContractionSchedule& schedule, const RegisterTile& tile, const AmxScratch& scratch)
      : ix_(ix), s_(schedule), tile_(tile), scratch_(scratch), starts_(squareStarts(schedule, tile.rows())) {}

  void run(Address a, Address b, Value sums, bool fromZero) {
    forEachSum(sums, [&](int64_t number, Value at, int64_t strideBytes) {
      if (fromZero) clearSquare(ix_, number);
      else loadSquare(ix_, number, at, strideBytes);
    });
    reduce(0, a, b);
    forEachSum(sums, [&](int64_t number, Value at, int64_t strideBytes) { storeSquare(ix_, number, at, strideBytes); });
  }

 private:
  int64_t across() const { return tile_.columnVectors(); }

  void forEachSum(Value sums, llvm::function_ref<void(int64_t number, Value at, int64_t strideBytes)> body) {
    const int64_t columns = across() * tile_.lanes();
    int64_t number = 0;
    for (int64_t row : starts_)
      for (int64_t column = 0; column < columns; column += tile_.lanes())
        body(number++, pointerTo(ix_, scratch_.memref, ix_.add(sums, row * columns + column)), 4 * columns);
  }

  /// The loops over the reductions, from the `level`-th on.
  void reduce(int level, Address a, Address b) {
    const Dim& dim = tile_.reductions[level];
    auto at = [&](Value index) {
      return std::pair(Address{ix_.add(a.base, ix_.multiply(index, dim.a)), a.offset},
                       Address{ix_.add(b.base, ix_.multiply(index, dim.b)), b.offset});
    };
    if (level + 1 == static_cast<int>(tile_.reductions.size())) {
      const int64_t all = 2 * s_.squarePairs, last = lastStepElements(s_), whole = dim.extent - (last < all ? 1 : 0);
      auto step = [&](Value index, int64_t elements) {
        auto [ai, bi] = at(index);
        multiply(ai, bi, elements);
      };
      if (whole > 0) ix_.loop(whole, [&](Value index) { step(index, all); });
      if (last < all) step(ix_.constant(whole), last);
      return;
    }
    auto inner = [&](Value index) {
      auto [ai, bi] = at(index);
      reduce(level + 1, ai, bi);
    };
    if (level == tile_.bounded) ix_.loop(tile_.first, tile_.last, inner);
    else ix_.loop(dim.extent, inner);
  }

  /// One step of the last reduction, of which `elements` are there.
  void multiply(Address a, Address b, int64_t elements) {
    const auto rows = static_cast<int64_t>(starts_.size());
    for (int64_t column = 0; column < across(); ++column) {
      Value at = ix_.add(b.base, b.offset + column * tile_.lanes());
      loadSquare(ix_, firstOfB + column, pointerTo(ix_, tile_.b, at), 4 * s_.panelColumns);
    }
    for (int64_t row = 0; row < rows; ++row) loadA(row, a, elements);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < across(); ++column)
        addProducts(ix_, row * across() + column, firstOfA + row, firstOfB + column);
  }

  void loadA(int64_t number, Address a, int64_t elements) {
    const int64_t first = starts_[number];
    if (s_.square == Square::loaded && elements == 2 * s_.squarePairs) {
      const int64_t stride = s_.squareRows > 1 ? tile_.rowOffsets[first + 1] - tile_.rowOffsets[first] : 0;
      Value at = ix_.add(a.base, a.offset + tile_.rowOffsets[first]);
      return loadSquare(ix_, firstOfA + number, pointerTo(ix_, tile_.a, at), 2 * stride);
    }
    Value to = ix_.add(scratch_.squares(ix_), number * squareElements);
    if (s_.square == Square::transposed) transposeRows(first, a, to, elements);
    else copyRows(first, a, to, elements);
    loadSquare(ix_, firstOfA + number, pointerTo(ix_, scratch_.memref, to), 4 * mostSquareRows);
  }

  void storeRow(Value pairs, Value to, int64_t row) {
    ix_.builder.create<vector::StoreOp>(ix_.location, pairs, scratch_.memref, ix_.add(to, row * mostSquareRows));
  }

  void copyRows(int64_t first, Address a, Value to, int64_t elements) {
    Value mask = firstLanes(ix_, elements, 2 * tile_.lanes());
    for (int64_t row = 0; row < s_.squareRows; ++row)
      storeRow(loadPairs(ix_, tile_.vector, tile_.a, a + tile_.rowOffsets[first + row], mask), to, row);
  }

  /// Reads a pair of all rows at a time.
  void transposeRows(int64_t first, Address a, Value to, int64_t elements) {
    auto halves = mlir::VectorType::get({tile_.lanes()}, ix_.builder.getIntegerType(16));
    Value mask = firstLanes(ix_, s_.squareRows, tile_.lanes());
    auto load = [&](int64_t element) {
      return loadVector(ix_, halves, tile_.a, a + (tile_.rowOffsets[first] + element * tile_.pairStride), mask);
    };
    Values lines(tile_.lanes(), zeroVector(ix_, tile_.vector));
    for (int64_t element = 0; element < elements; element += 2)
      lines[element / 2] = joinPairs(ix_, load(element), element + 1 < elements ? load(element + 1) : Value());
    lines = transpose(ix_, std::move(lines));
    for (int64_t row = 0; row < s_.squareRows; ++row) storeRow(lines[row], to, row);
  }

  IndexBuilder ix_;
  const ContractionSchedule& s_;
  const RegisterTile& tile_;
  const AmxScratch& scratch_;
  llvm::SmallVector<int64_t, 2> starts_;
};

/// The operand of LDTILECFG. Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, 18.3.
std::array<uint8_t, 4 * configElements> configOf(const ContractionSchedule& s) {
  constexpr size_t bytesAt = 16, rowsAt = 48;
  std::array<uint8_t, 4 * configElements> config{};
  config[0] = 1;  // the palette
  auto shape = [&](int number, int64_t rows, int64_t rowBytes) {
    config[bytesAt + 2 * number] = static_cast<uint8_t>(rowBytes);
    config[rowsAt + number] = static_cast<uint8_t>(rows);
  };
  for (int number = 0; number < firstOfA; ++number) shape(number, s.squareRows, 4 * mostSquareRows);
  for (int number : {firstOfA, firstOfA + 1}) shape(number, s.squareRows, 4 * s.squarePairs);
  for (int number : {firstOfB, firstOfB + 1}) shape(number, s.squarePairs, 4 * mostSquareRows);
  return config;
}

}  // namespace

Value AmxScratch::squares(const IndexBuilder& ix) const { return ix.add(start, configElements); }

Value AmxScratch::sums(const IndexBuilder& ix) const {
  return ix.add(start, configElements + mostRegistersAcross * squareElements);
}

void configureAmx(const IndexBuilder& ix, const ContractionSchedule& schedule, const AmxScratch& scratch) {
  auto& b = ix.builder;
  llvm::SmallVector<int32_t> words;
  const auto config = configOf(schedule);
  for (size_t i = 0; i < config.size(); i += 4)
    words.push_back(config[i] | config[i + 1] << 8 | config[i + 2] << 16 | config[i + 3] << 24);
  auto type = mlir::VectorType::get({configElements}, b.getF32Type());
  Value bits = b.create<arith::ConstantOp>(ix.location, b.getI32VectorAttr(words));
  b.create<vector::StoreOp>(ix.location, b.create<arith::BitcastOp>(ix.location, type, bits), scratch.memref,
                            scratch.start);
  instruct(ix, "ldtilecfg ($0)", "r,~{memory}", pointerTo(ix, scratch.memref, scratch.start));
}

void releaseAmx(const IndexBuilder& ix) { instruct(ix, "tilerelease", "", {}); }

void accumulateAmx(const IndexBuilder& ix, const ContractionSchedule& schedule, const RegisterTile& tile,
                   const AmxScratch& scratch, Address a, Address b, Value sums, bool fromZero) {
  AmxTile(ix, schedule, tile, scratch).run(a, b, sums, fromZero);
}

}  // namespace stator::kernels
