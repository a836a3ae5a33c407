// Pooling over windows of the two axes `axes`, and its gradients.
include "compiler/ir/dialect.td"

def Stator_Window : ConfinedAttr<DenseI64ArrayAttr, [DenseArrayCount<2>,
                                                     DenseArrayStrictlyPositive<DenseI64ArrayAttr>]>;
def Stator_WindowPadding : ConfinedAttr<DenseI64ArrayAttr, [DenseArrayCount<4>,
                                                            DenseArrayNonNegative<DenseI64ArrayAttr>]>;
def TwoOfFourAxes : AttrConstraint<
    CPred<"::stator::ir::areTwoOfFourAxes(::llvm::cast<::mlir::DenseI64ArrayAttr>($_self).asArrayRef())">,
    "of two different axes below 4">;
def Stator_WindowAxes : ConfinedAttr<DenseI64ArrayAttr, [TwoOfFourAxes]>;

/// `padding` is top, bottom, left, right.
class Stator_PoolingOp<string mnemonic, string rule, dag operands, Stator_Derivative derivative = Stator_OwnVjp,
                       dag more = (ins)> : Stator_RuleOp<mnemonic, rule, derivative> {
  let arguments = !con(operands, (ins Stator_Window:$kernel, Stator_Window:$stride, Stator_WindowPadding:$padding,
                                      Stator_Window:$dilation, Stator_WindowAxes:$axes), more);
}
def Stator_Divisor : ConfinedAttr<I64Attr, [IntPositive]>;
def Stator_MaxPool2dOp : Stator_PoolingOp<"max_pool2d", "rule::MaxPool2d", (ins Stator_Tensor:$x)> {
  let summary = "The greatest element of each window; padding counts as -infinity, NaN as greatest";
}
def Stator_MaxPool2dIndicesOp : Stator_PoolingOp<"max_pool2d_indices", "rule::MaxPool2dIndices", (ins Stator_Tensor:$x),
                                                 Stator_NoGradient> {
  let summary = "Where each window's greatest element lies in its plane of height x width; i64";
}
def Stator_AvgPool2dOp : Stator_PoolingOp<"avg_pool2d", "rule::AvgPool2d", (ins Stator_Tensor:$x), Stator_OwnVjp,
                                          (ins Stator_Divisor:$divisor)> {
  let summary = "The sum of each window over `divisor`; padding counts as zeros";
}
def Stator_MaxPool2dGradOp : Stator_PoolingOp<"max_pool2d_grad", "rule::MaxPool2dGrad",
                                              (ins Stator_Tensor:$x, Stator_Tensor:$dy), Stator_MissingVjp> {
  let summary = "The cotangent of max_pool2d's x: each dy goes to the first of the window's greatest elements";
}
def Stator_AvgPool2dGradOp : Stator_PoolingOp<"avg_pool2d_grad", "rule::AvgPool2dGrad", (ins Stator_Tensor:$dy),
                                              Stator_OwnVjp, (ins Stator_Divisor:$divisor)> {
  let summary = "The cotangent of avg_pool2d's x: dy over `divisor` for each of its window's elements";
}

/// What a gradient keeps of its image: a byte for each window. Made when all derivatives have been.
def Stator_MaxPool2dPositionsOp : Stator_PoolingOp<"max_pool2d_positions", "rule::MaxPool2dPositions",
                                                   (ins Stator_Tensor:$x), Stator_NoGradient> {
  let summary = "Where in its window each window's greatest element lies, by rows; u8";
}
def Stator_MaxPool2dScatterOp : Stator_PoolingOp<"max_pool2d_scatter", "rule::MaxPool2dScatter",
                                                 (ins Stator_Tensor:$dy, Stator_Tensor:$positions),
                                                 Stator_MissingVjp> {
  let summary = "The cotangent of max_pool2d's x, by the positions of the greatest elements";
}
