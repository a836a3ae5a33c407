// Builds masks and counts out of ordinary ops.
#include "compiler/mask/valid_mask.h"

#include "compiler/interface/ops/source.h"
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/ir/scan.h"

namespace stator::mask {

mlir::Value validCount(mlir::func::FuncOp function, Symbol symbol) {
  mlir::Builder builder(function.getContext());
  auto name = builder.getStringAttr(validName(symbol));
  for (mlir::BlockArgument argument : llvm::reverse(function.getArguments()))  // counts stand behind all parameters
    if (function.getArgAttr(argument.getArgNumber(), ir::argumentAttr) == name) return argument;
  unsigned position = function.getNumArguments();
  auto type = mlir::RankedTensorType::get({}, builder.getI64Type());
  auto attributes = builder.getDictionaryAttr({builder.getNamedAttr(ir::argumentAttr, name)});
  function.insertArgument(position, type, attributes, function.getLoc());
  return function.getArgument(position);
}

/// The count as the builder's block sees it, which may be a scan's.
static mlir::Value countHere(mlir::OpBuilder& builder, mlir::func::FuncOp function, Symbol symbol) {
  return ir::captureInto(builder.getInsertionBlock(), validCount(function, symbol));
}

/// `iota < valid` along axis `at` of the extents.
static mlir::Value below(mlir::OpBuilder& builder, mlir::Location location, mlir::Value count, const Extents& extents,
                         int at) {
  mlir::MLIRContext* context = builder.getContext();
  TensorSpec spec{DType::i64, extents}, ones{DType::i64, extents};
  for (int i = 0; i < ones.rank(); ++i) ones.extents[i] = Extent(1);
  mlir::Value position = ir::buildOpAs(builder, location, rule::Iota{at}, {}, ir::typeOf(context, spec));
  mlir::Value bound = ir::buildOpAs(builder, location, rule::Reshape{}, {count}, ir::typeOf(context, ones));
  bound = ir::buildOpAs(builder, location, rule::Broadcast{}, {bound}, ir::typeOf(context, spec));
  return ir::buildOp(builder, location, rule::less{}, {position, bound});
}

/// The factors as axes of their own, along which validity is a comparison each: [batch, steps] of batch*steps.
static mlir::Value maskOfFactors(mlir::OpBuilder& builder, mlir::Location location, mlir::func::FuncOp function,
                                 llvm::ArrayRef<Factor> factors) {
  Extents apart;
  for (const Factor& factor : factors) {
    Extent extent = factor.symbol == symbol::none ? Extent() : Extent(factor.symbol);
    extent.number = factor.extent;
    apart.push(extent);
  }
  mlir::Value mask;
  for (auto [at, factor] : llvm::enumerate(factors)) {
    if (factor.symbol == symbol::none) continue;
    mlir::Value next = below(builder, location, countHere(builder, function, factor.symbol), apart, int(at));
    mask = mask ? ir::buildOp(builder, location, rule::logical_and{}, {mask, next}) : next;
  }
  return mask;
}

mlir::Value validMask(mlir::OpBuilder& builder, mlir::Location location, mlir::func::FuncOp function,
                      mlir::RankedTensorType like, int axis, llvm::ArrayRef<Factor> factors) {
  TensorSpec wide{DType::boolean, ir::specOf(like).extents}, narrow = wide;
  for (int i = 0; i < narrow.rank(); ++i)
    if (i != axis) narrow.extents[i] = Extent(1);
  mlir::Value mask;
  if (factors.size() == 1) {
    mask = below(builder, location, countHere(builder, function, factors[0].symbol), narrow.extents, axis);
  } else {
    mask = maskOfFactors(builder, location, function, factors);
    mask = ir::buildOpAs(builder, location, rule::Reshape{}, {mask}, ir::typeOf(builder.getContext(), narrow));
  }
  if (narrow == wide) return mask;
  return ir::buildOpAs(builder, location, rule::Broadcast{}, {mask}, ir::typeOf(builder.getContext(), wide));
}

mlir::Value validElements(mlir::OpBuilder& builder, mlir::Location location, mlir::func::FuncOp function,
                          mlir::Type counted, llvm::ArrayRef<int64_t> axes, mlir::RankedTensorType result,
                          const Bindings& bindings) {
  Extents extents = ir::specOf(counted).extents;
  Extent product;
  for (int64_t axis : axes) product = product * extents[int(axis)];
  if (product.is_number()) return ir::buildConstant(builder, location, result, double(product.number));
  mlir::Value count;
  for (Symbol s : product.symbols) {
    if (s == symbol::none) break;
    product.number /= bindings[s];
    mlir::Value valid = countHere(builder, function, s);
    count = count ? ir::buildOp(builder, location, rule::mul{}, {count, valid}) : valid;
  }
  if (product.number != 1) {
    mlir::Value number = ir::buildConstant(builder, location, count.getType(), double(product.number));
    count = ir::buildOp(builder, location, rule::mul{}, {count, number});
  }
  return count.getType() == result ? count : ir::buildOpAs(builder, location, rule::Cast{}, {count}, result);
}

}  // namespace stator::mask
