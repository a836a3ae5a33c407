// Registers the dialect's ops and its attribute; the attribute's syntax and rules.
#include "compiler/ir/dialect.h"

#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

#include "compiler/interface/extent.h"
#include "compiler/ir/ops.h"

#include "compiler/ir/dialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/ir/attributes.cpp.inc"

namespace stator::ir {

void StatorDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/ir/attributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "compiler/ir/contraction.cpp.inc"
      ,
#define GET_OP_LIST
#include "compiler/ir/convolution.cpp.inc"
      ,
#define GET_OP_LIST
#include "compiler/ir/elementwise.cpp.inc"
      ,
#define GET_OP_LIST
#include "compiler/ir/fusion.cpp.inc"
      ,
#define GET_OP_LIST
#include "compiler/ir/movement.cpp.inc"
      ,
#define GET_OP_LIST
#include "compiler/ir/pooling.cpp.inc"
      ,
#define GET_OP_LIST
#include "compiler/ir/reduction.cpp.inc"
      ,
#define GET_OP_LIST
#include "compiler/ir/scan.cpp.inc"
      ,
#define GET_OP_LIST
#include "compiler/ir/source.cpp.inc"
      >();
}

mlir::Operation* StatorDialect::materializeConstant(mlir::OpBuilder& builder, mlir::Attribute value, mlir::Type type,
                                                    mlir::Location location) {
  auto number = llvm::dyn_cast<mlir::FloatAttr>(value);
  return number ? builder.create<ConstantOp>(location, type, number) : nullptr;
}

mlir::Attribute SymbolsAttr::parse(mlir::AsmParser& parser, mlir::Type) {
  llvm::SmallVector<mlir::Attribute> axes;
  auto parseName = [&](llvm::SmallVectorImpl<mlir::Attribute>& names) {
    std::string name;
    if (parser.parseKeywordOrString(&name)) return mlir::failure();
    names.push_back(parser.getBuilder().getStringAttr(name));
    return mlir::success();
  };
  auto parseAxis = [&]() -> mlir::ParseResult {
    llvm::SmallVector<mlir::Attribute> names;
    if (parser.parseCommaSeparatedList(mlir::AsmParser::Delimiter::Square, [&] { return parseName(names); }))
      return mlir::failure();
    axes.push_back(parser.getBuilder().getArrayAttr(names));
    return mlir::success();
  };
  auto start = parser.getCurrentLocation();
  if (parser.parseCommaSeparatedList(mlir::AsmParser::Delimiter::LessGreater, parseAxis)) return {};
  return getChecked([&] { return parser.emitError(start); }, parser.getContext(),
                    parser.getBuilder().getArrayAttr(axes));
}

void SymbolsAttr::print(mlir::AsmPrinter& printer) const {
  auto printAxis = [&](mlir::Attribute axis) {
    printer << '[';
    llvm::interleaveComma(llvm::cast<mlir::ArrayAttr>(axis).getAsValueRange<mlir::StringAttr>(), printer.getStream());
    printer << ']';
  };
  printer << '<';
  llvm::interleaveComma(getAxes(), printer.getStream(), printAxis);
  printer << '>';
}

static bool isSymbol(llvm::StringRef name) {
  for (int s = 1; s < symbol::count; ++s)
    if (name == symbol::name_of(Symbol(s))) return true;
  return false;
}

llvm::LogicalResult SymbolsAttr::verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
                                        mlir::ArrayAttr axes) {
  for (mlir::Attribute axis : axes) {
    auto names = llvm::dyn_cast<mlir::ArrayAttr>(axis);
    if (!names || names.size() > max_symbols)
      return emitError() << "symbols: an axis is not a list of at most " << max_symbols << " names: " << axis;
    for (mlir::Attribute name : names)
      if (auto text = llvm::dyn_cast<mlir::StringAttr>(name); !text || !isSymbol(text.getValue()))
        return emitError() << "symbols: there is no symbol " << name;
  }
  return mlir::success();
}

llvm::LogicalResult SymbolsAttr::verifyEncoding(mlir::ArrayRef<int64_t> shape, mlir::Type,
                                                llvm::function_ref<mlir::InFlightDiagnostic()> emitError) const {
  if (getAxes().size() == shape.size()) return mlir::success();
  return emitError() << "symbols: " << getAxes().size() << " axes on a tensor of " << shape.size();
}

}  // namespace stator::ir
