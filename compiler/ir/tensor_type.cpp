// Conversion between tensor types of the IR and the specs of shape rules.
#include "compiler/ir/tensor_type.h"

#include "compiler/ir/dialect.h"
#include "mlir/IR/Builders.h"

namespace stator::ir {

DType dtypeOf(mlir::Type element) {
  if (element.isF64()) return DType::f64;
  if (element.isF32()) return DType::f32;
  if (element.isF16()) return DType::f16;
  if (element.isBF16()) return DType::bf16;
  if (element.isUnsignedInteger(8)) return DType::u8;
  switch (element.getIntOrFloatBitWidth()) {
    case 64:
      return DType::i64;
    case 32:
      return DType::i32;
    case 16:
      return DType::i16;
    case 8:
      return DType::i8;
    default:
      return DType::boolean;
  }
}

mlir::Type elementType(mlir::MLIRContext* context, DType dtype) {
  mlir::Builder builder(context);
  switch (dtype) {
    case DType::f64:
      return builder.getF64Type();
    case DType::f32:
      return builder.getF32Type();
    case DType::f16:
      return builder.getF16Type();
    case DType::bf16:
      return builder.getBF16Type();
    case DType::u8:
      return builder.getIntegerType(8, /*isSigned=*/false);
    case DType::boolean:
      return builder.getI1Type();
    default:
      return builder.getIntegerType(8 * size_bytes(dtype));
  }
}

static Symbol symbolOf(llvm::StringRef name) {
  int s = 1;
  while (s + 1 < symbol::count && name != symbol::name_of(Symbol(s))) ++s;
  return Symbol(s);
}

TensorSpec specOf(mlir::Type tensor) {
  auto type = llvm::cast<mlir::RankedTensorType>(tensor);
  auto symbols = llvm::dyn_cast_or_null<SymbolsAttr>(type.getEncoding());
  TensorSpec spec;
  spec.dtype = dtypeOf(type.getElementType());
  for (auto [axis, number] : llvm::enumerate(type.getShape())) {
    Extent extent(number);
    if (symbols)
      for (auto name : llvm::cast<mlir::ArrayAttr>(symbols.getAxes()[axis]).getAsValueRange<mlir::StringAttr>())
        extent = extent * Extent(symbolOf(name));
    spec.extents.push(extent);
  }
  return spec;
}

static mlir::Attribute namesOf(mlir::Builder& builder, const Extent& extent) {
  llvm::SmallVector<mlir::Attribute> names;
  for (Symbol s : extent.symbols)
    if (s != symbol::none) names.push_back(builder.getStringAttr(symbol::name_of(s)));
  return builder.getArrayAttr(names);
}

mlir::RankedTensorType typeOf(mlir::MLIRContext* context, const TensorSpec& spec) {
  mlir::Builder builder(context);
  llvm::SmallVector<int64_t> shape;
  llvm::SmallVector<mlir::Attribute> axes;
  bool numbersOnly = true;
  for (int i = 0; i < spec.rank(); ++i) {
    shape.push_back(spec.extents[i].number);
    axes.push_back(namesOf(builder, spec.extents[i]));
    numbersOnly &= spec.extents[i].is_number();
  }
  mlir::Attribute encoding;
  if (!numbersOnly) encoding = SymbolsAttr::get(context, builder.getArrayAttr(axes));
  return mlir::RankedTensorType::get(shape, elementType(context, spec.dtype), encoding);
}

}  // namespace stator::ir
