// Elements by their numbers.
include "compiler/ir/dialect.td"

def Stator_GatherOp : Stator_RuleOp<"gather", "rule::Gather"> {
  let summary = "x [B..., R, W...], indices [B..., K...] -> [B..., K..., W...]; axis is B's rank, numbers are clamped";
  let arguments = (ins Stator_Tensor:$x, Stator_Tensor:$indices, ConfinedAttr<I64Attr, [IntNonNegative]>:$axis);
}
def Stator_ScatterAddOp : Stator_RuleOp<"scatter_add", "rule::ScatterAdd"> {
  let summary = "indices [B..., K...], rows [B..., K..., W...] -> [B..., R, W...]: rows summed in their order";
  let arguments = (ins Stator_Tensor:$indices, Stator_Tensor:$rows, ConfinedAttr<I64Attr, [IntNonNegative]>:$axis);
}
