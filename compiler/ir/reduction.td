// Reductions: the reduced axes stay, with extent 1.
include "compiler/ir/dialect.td"

def Stator_SumOp : Stator_RuleOp<"sum", "rule::Sum"> {
  let summary = "The sum over `axes`";
  let arguments = (ins Stator_Tensor:$x, Stator_Axes:$axes);
}
def Stator_MaxOp : Stator_RuleOp<"max", "rule::Max"> {
  let summary = "The greatest element over `axes`; NaN counts as greatest";
  let arguments = (ins Stator_Tensor:$x, Stator_Axes:$axes);
}
def Stator_ArgmaxOp : Stator_RuleOp<"argmax", "rule::Argmax", Stator_NoGradient> {
  let summary = "The index (i64) of the greatest element along `axis`, the first of several; NaN counts as greatest";
  let arguments = (ins Stator_Tensor:$x, ConfinedAttr<I64Attr, [IntNonNegative]>:$axis);
}
