// Convolution and its gradients: as users write it, in the order of axes that the layout phase chooses, and by fewer
// products.
include "compiler/ir/dialect.td"

def Stator_PositivePair : ConfinedAttr<DenseI64ArrayAttr, [DenseArrayCount<2>,
                                                           DenseArrayStrictlyPositive<DenseI64ArrayAttr>]>;
def Stator_Padding : ConfinedAttr<DenseI64ArrayAttr, [DenseArrayCount<4>, DenseArrayNonNegative<DenseI64ArrayAttr>]>;
def Stator_Groups : ConfinedAttr<I64Attr, [IntPositive]>;

/// `padding` is top, bottom, left, right.
class Stator_ChannelsFirstOp<string mnemonic, string rule, dag operands> : Stator_RuleOp<mnemonic, rule> {
  let arguments = !con(operands, (ins Stator_PositivePair:$stride, Stator_Padding:$padding,
                                      Stator_PositivePair:$dilation, Stator_Groups:$groups));
}
def Stator_Conv2dOp : Stator_ChannelsFirstOp<"conv2d", "rule::Conv2d", (ins Stator_Tensor:$x, Stator_Tensor:$weight)> {
  let summary = "x [N, C, H, W] * weight [O, C / groups, KH, KW] -> [N, O, OH, OW]";
}
def Stator_Conv2dInputGradOp : Stator_ChannelsFirstOp<"conv2d_input_grad", "rule::Conv2dInputGrad",
                                               (ins Stator_Tensor:$dy, Stator_Tensor:$weight)> {
  let summary = "The cotangent of conv2d's x: dy [N, O, OH, OW], weight [O, C / groups, KH, KW] -> [N, C, H, W]";
}
def Stator_Conv2dWeightGradOp : Stator_ChannelsFirstOp<"conv2d_weight_grad", "rule::Conv2dWeightGrad",
                                                (ins Stator_Tensor:$x, Stator_Tensor:$dy)> {
  let summary = "The cotangent of conv2d's weight: x [N, C, H, W], dy [N, O, OH, OW] -> [O, C / groups, KH, KW], or "
                "[parts, O, C / groups, KH, KW] for equal parts of the images";
}

/// On an input that is already padded; made when all derivatives have been.
class Stator_OrderedOp<string mnemonic, string rule, dag operands> : Stator_RuleOp<mnemonic, rule, Stator_MissingVjp> {
  let arguments = !con(operands, (ins Stator_PositivePair:$stride, Stator_PositivePair:$dilation,
                                      Stator_Groups:$groups, BoolAttr:$channels_first));
}
def Stator_ConvolutionOp : Stator_OrderedOp<"convolution", "rule::Convolution",
                                            (ins Stator_Tensor:$x, Stator_Tensor:$weight)> {
  let summary = "x [N, H, W, C] * weight [KH, KW, C / groups, O] -> [N, OH, OW, O]; or images [N, C, H, W]";
}
def Stator_ConvolutionWeightGradOp : Stator_OrderedOp<"convolution_weight_grad", "rule::ConvolutionWeightGrad",
                                                      (ins Stator_Tensor:$x, Stator_Tensor:$dy)> {
  let summary = "The cotangent of convolution's weight: x [N, H, W, C], dy [N, OH, OW, O] -> [KH, KW, C / groups, O], "
                "or [parts, KH, KW, C / groups, O] for equal parts of the images; or images [N, C, H, W]";
}

/// A 3 x 3 convolution of stride 1, two by two elements of the result at a time, by 16 products instead of 36
/// (Winograd's F(2 x 2, 3 x 3)). Made when all derivatives have been.
def Stator_WinogradWeightOp : Stator_RuleOp<"winograd_weight", "rule::WinogradWeight", Stator_MissingVjp> {
  let summary = "weight [3, 3, C, O] -> [4, 4, C, O]: G weight transpose(G), for each pair of channels; or, for the "
                "convolution that gives the cotangent of an image, of the weight turned round -> [4, 4, O, C]";
  let arguments = (ins Stator_Tensor:$weight, BoolAttr:$of_gradient);
}
def Stator_WinogradConvolutionOp : Stator_RuleOp<"winograd_convolution", "rule::WinogradConvolution",
                                                 Stator_MissingVjp> {
  let summary = "x [N, H, W, C] (already padded) * a transformed weight [4, 4, C, O] -> [N, H - 2, W - 2, O]";
  let arguments = (ins Stator_Tensor:$x, Stator_Tensor:$weight);
}
