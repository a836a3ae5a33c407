// The stator dialect: its tensors, the symbols on their extents, and what the records of every family build on.
#ifndef STATOR_IR_DIALECT
#define STATOR_IR_DIALECT

include "compiler/ir/op_interface.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/TensorEncoding.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Stator_Dialect : Dialect {
  let name = "stator";
  let cppNamespace = "::stator::ir";
  let summary = "Tensor programs: what the DSL records, what the compiler makes of it, and the fusions it ends in";
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let usePropertiesForAttributes = 0;
}

def Stator_SymbolsAttr : AttrDef<Stator_Dialect, "Symbols", [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let mnemonic = "symbols";
  let summary = "The symbols that each extent of a tensor came from, as the encoding of its type";
  let description = [{
    `tensor<32x784xf32, #stator.symbols<[batch], []>>`: the first extent is `batch`, bound to 32, the second a number.
    A type none of whose extents has a symbol has no encoding.
  }];
  let parameters = (ins "::mlir::ArrayAttr":$axes);  // a list of names for each axis
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Stator_Element : AnyTypeOf<[F64, F32, F16, BF16, I64, I32, I16, I8, UI8, I1]>;

/// A ranked tensor of static extents and at most `max_rank` (compiler/interface/extent.h) axes.
def Stator_Tensor : Type<
    And<[CPred<"::llvm::isa<::mlir::RankedTensorType>($_self)">,
         CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).hasStaticShape()">,
         CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getRank() <= 6">,
         SubstLeaves<"$_self", "::llvm::cast<::mlir::RankedTensorType>($_self).getElementType()",
                     Stator_Element.predicate>]>,
    "tensor of static extents, at most 6 axes and an element type of Stator", "::mlir::RankedTensorType">;

/// Whole numbers, at most one for each axis.
def AtMostMaxRank : AttrConstraint<CPred<"::llvm::cast<::mlir::DenseI64ArrayAttr>($_self).size() <= 6">,
                                   "with at most 6 elements">;
def Stator_Integers : ConfinedAttr<DenseI64ArrayAttr, [AtMostMaxRank]>;
def Stator_Axes : ConfinedAttr<DenseI64ArrayAttr, [AtMostMaxRank, DenseArrayNonNegative<DenseI64ArrayAttr>]>;

/// How an op is differentiated: by a `vjp` in its family's source, not at all, or by one that it has no way to express.
class Stator_Derivative<list<string> declared, string definition = ""> {
  list<string> methods = declared;
  string definitions = definition;
}
def Stator_OwnVjp : Stator_Derivative<["vjp"]>;
def Stator_NoGradient : Stator_Derivative<["vjp"], [{
    ::llvm::FailureOr<Cotangents> $cppClass::vjp(::mlir::OpBuilder&, ::mlir::Value) {
      return Cotangents(getOperation()->getNumOperands());
    }
  }]>;
def Stator_MissingVjp : Stator_Derivative<[]>;

/// How an op becomes vector code: by code of its own in compiler/cpu, or by a `decompose` in its family's source, in terms
/// of other ops.
class Stator_Lowering<list<string> declared> {
  list<string> methods = declared;
}
def Stator_OwnVectorCode : Stator_Lowering<[]>;
def Stator_Decomposed : Stator_Lowering<["decompose"]>;

/// An op of one result whose verifier is `rule`: a struct of compiler/interface/ops, or of compiler/ir/rules.h. Its
/// `interpret`, and a `vjp` and `decompose` of its own, stand in its family's source.
class Stator_RuleOp<string mnemonic, string rule, Stator_Derivative derivative = Stator_OwnVjp, list<Trait> traits = [],
                    string definitions = "", Stator_Lowering lowering = Stator_OwnVectorCode>
    : Op<Stator_Dialect, mnemonic,
         !listconcat(traits, [Pure, DeclareOpInterfaceMethods<StatorOp, !listconcat(derivative.methods,
                                                                                    lowering.methods)>])> {
  let results = (outs Stator_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let extraClassDefinition = !strconcat([{
    ::mlir::LogicalResult $cppClass::verify() { return verifyRule<}], rule, [{>(getOperation()); }
  }], derivative.definitions, definitions);
}

#endif
