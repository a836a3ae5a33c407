// Copies in another order of axes, whose innermost axis lies apart in the source while another one lies side by side:
// squares of vectors are read along the one, transposed in registers, and written along the other. That is long
// straight code, which modules that someone waits for do without.
#include "compiler/cpu/fusion/brief.h"
#include "compiler/cpu/fusion/iteration.h"
#include "compiler/cpu/fusion/kernel.h"
#include "compiler/ir/strided_view.h"
#include "compiler/kernels/contraction.h"
#include "compiler/kernels/contraction_tile.h"
#include "compiler/kernels/emit_contraction.h"

namespace stator::cpu {
namespace {

using kernels::Dim;

/// Loops of a copy: `a` are steps in the source, `c` in the result.
struct TurnedCopy {
  mlir::BlockArgument source;
  int64_t offset = 0;
  llvm::SmallVector<Dim, 4> others;
  Dim rows;     ///< side by side in the source
  Dim columns;  ///< side by side in the result
  int64_t lanes = 1;
  int64_t units = 1;  ///< blocks of `lanes` rows, for each step of the others
  int64_t chunks = 1;

  int64_t rowBlocks() const { return kernels::ceilDivide(rows.extent, lanes); }
};

/// The loops of a result that is a strided view of one operand.
llvm::SmallVector<Dim, 4> loopsOf(const ir::StridedView& view, llvm::ArrayRef<int64_t> shape) {
  llvm::SmallVector<Dim, 4> loops(shape.size());
  int64_t step = 1;
  for (size_t axis = shape.size(); axis-- > 0; step *= shape[axis])
    loops[axis] = {shape[axis], view.strides[axis], 0, step};
  return kernels::mergeDims(loops);
}

std::optional<TurnedCopy> turnedCopy(ir::FusionOp fusion, const Target& target) {
  mlir::OperandRange results = yielded(fusion);
  auto type = llvm::cast<mlir::RankedTensorType>(results[0].getType());
  if (isBrief(fusion) || results.size() != 1 || !type.getElementType().isF32() || type.getNumElements() == 0) return {};
  ir::StridedView view = ir::stridedView(results[0]);
  TurnedCopy copy;
  copy.source = llvm::dyn_cast<mlir::BlockArgument>(view.base);
  if (!copy.source) return {};
  copy.offset = view.offset;
  copy.others = loopsOf(view, type.getShape());
  auto rows = llvm::find_if(copy.others, [](const Dim& dim) { return dim.a == 1; });
  if (rows == copy.others.end() || rows + 1 == copy.others.end()) return {};
  copy.rows = *rows, copy.columns = copy.others.back();
  copy.others.pop_back();
  copy.others.erase(rows);
  copy.lanes = target.lanes();
  if (copy.rows.extent < copy.lanes || copy.columns.extent < copy.lanes) return {};
  copy.units = kernels::extentProduct(copy.others) * copy.rowBlocks();
  copy.chunks = chunkCount(nanosecondsPerElement(fusion) * static_cast<double>(type.getNumElements()), copy.units);
  return copy;
}

class TurnedCopyEmitter {
 public:
  TurnedCopyEmitter(const IndexBuilder& ix, const TurnedCopy& copy, const KernelArguments& arguments)
      : ix_(ix),
        s_(copy),
        to_(arguments.outputs[0]),
        from_(arguments.inputs[copy.source.getArgNumber()]),
        type_(mlir::VectorType::get({copy.lanes}, ix.builder.getF32Type())),
        chunk_(arguments.chunk) {}

  void run() {
    ix_.forShare(chunk_, s_.units, s_.chunks, [&](Value unit) {
      llvm::SmallVector<int64_t> radix;
      for (const Dim& dim : s_.others) radix.push_back(dim.extent);
      radix.push_back(s_.rowBlocks());
      Values digits = ix_.split(unit, radix);
      Value from = ix_.constant(s_.offset), to = ix_.constant(0);
      for (auto [digit, dim] : llvm::zip(digits, s_.others)) {
        from = ix_.add(from, ix_.multiply(digit, dim.a));
        to = ix_.add(to, ix_.multiply(digit, dim.c));
      }
      from = ix_.add(from, ix_.multiply(digits.back(), s_.lanes));
      to = ix_.add(to, ix_.multiply(digits.back(), s_.lanes * s_.rows.c));
      block(digits.back(), from, to);
    });
  }

 private:
  /// A block of rows: a whole one, or what is left of them.
  void block(Value number, Value from, Value to) {
    const int64_t whole = s_.rows.extent / s_.lanes, rest = s_.rows.extent % s_.lanes;
    if (rest == 0) return squares(from, to, s_.lanes);
    ix_.branch(ix_.less(number, whole), [&] { squares(from, to, s_.lanes); }, [&] { squares(from, to, rest); });
  }

  void squares(Value from, Value to, int64_t rows) {
    const int64_t whole = s_.columns.extent / s_.lanes * s_.lanes;
    ix_.loop(ix_.constant(0), ix_.constant(whole), s_.lanes, {}, [&](Value column, ValueRange) {
      square(ix_.add(from, ix_.multiply(column, s_.columns.a)), ix_.add(to, column), rows, s_.lanes);
      return Values{};
    });
    if (whole < s_.columns.extent)
      square(ix_.add(from, whole * s_.columns.a), ix_.add(to, whole), rows, s_.columns.extent - whole);
  }

  void square(Value from, Value to, int64_t rows, int64_t columns) {
    Value inRows = kernels::firstLanes(ix_, rows, s_.lanes), inColumns = kernels::firstLanes(ix_, columns, s_.lanes);
    Values lines;
    for (int64_t column = 0; column < s_.lanes; ++column)
      lines.push_back(column < columns ? kernels::loadVector(ix_, type_, from_, {from, column * s_.columns.a}, inRows)
                                       : lines.front());
    lines = kernels::transpose(ix_, std::move(lines));
    for (int64_t row = 0; row < rows; ++row)
      kernels::storeVector(ix_.builder, ix_.location, lines[row], to_, ix_.add(to, row * s_.rows.c), inColumns);
  }

  IndexBuilder ix_;
  const TurnedCopy& s_;
  Value to_, from_;
  mlir::VectorType type_;
  Value chunk_;
};

}  // namespace

std::optional<FusionKernel> planTurnedCopy(ir::FusionOp fusion, const Target& target) {
  std::optional<TurnedCopy> copy = turnedCopy(fusion, target);
  if (!copy) return {};
  FusionKernel kernel;
  kernel.chunks = copy->chunks;
  kernel.emit = [copy = *copy](const IndexBuilder& ix, const KernelArguments& arguments) {
    TurnedCopyEmitter(ix, copy, arguments).run();
  };
  return kernel;
}

}  // namespace stator::cpu
