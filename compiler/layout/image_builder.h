// Movement of images and weights: what convolutions in other forms are built with.
#pragma once

#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"

namespace stator::layout {

inline constexpr int64_t imageToLast[]{0, 2, 3, 1};        // [N, C, H, W] -> [N, H, W, C]
inline constexpr int64_t imageToFirst[]{0, 3, 1, 2};       // and back
inline constexpr int64_t weightToLast[]{2, 3, 1, 0};       // [O, C / groups, KH, KW] -> [KH, KW, C / groups, O]
inline constexpr int64_t weightToFirst[]{3, 2, 0, 1};      // and back
inline constexpr int64_t weightsToLast[]{0, 3, 4, 2, 1};   // the same for a stack of them
inline constexpr int64_t weightsToFirst[]{0, 4, 3, 1, 2};  // and back

/// Builds in place of one op, on images with these axes: [N, H, W, C] unless it is told otherwise.
class ImageBuilder {
 public:
  explicit ImageBuilder(mlir::Operation* op, const rule::ImageAxes& axes = {})
      : builder_(op), location_(op->getLoc()), axes_(axes) {}

  template <class Rule> mlir::Value build(const Rule& rule, mlir::ValueRange operands) {
    return ir::buildOp(builder_, location_, rule, operands);
  }
  template <class Rule> mlir::Value buildAs(const Rule& rule, mlir::ValueRange operands, mlir::Type type) {
    return ir::buildOpAs(builder_, location_, rule, operands, type);
  }
  mlir::Value permute(mlir::Value x, llvm::ArrayRef<int64_t> axes);
  mlir::Value reshape(mlir::Value x, const Extents& extents);

  /// Zeros around height and width (top, bottom, left, right), and between their elements.
  mlir::Value pad(mlir::Value x, const Integers& around, const Integers& between);

  /// The image without that many rows and columns at the top, bottom, left and right.
  mlir::Value cut(mlir::Value x, const Integers& excess);

  /// Rows and columns [from, to), along each axis; zeros where they lie outside.
  mlir::Value window(mlir::Value x, llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to);

  /// [O, C / groups, KH, KW], turned around, -> [KH, KW, O / groups, C]: each group's own outputs lead to its inputs.
  mlir::Value backwardWeight(mlir::Value weight, int64_t groups);

 private:
  /// One entry for each axis of an image: `all`, but for height and width.
  Integers perAxis(long all, long height, long width) const;

  mlir::OpBuilder builder_;
  mlir::Location location_;
  rule::ImageAxes axes_;
};

}  // namespace stator::layout
