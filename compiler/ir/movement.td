// Ops that move elements without computing.
include "compiler/ir/dialect.td"

class Stator_MovementOp<string mnemonic, string rule, dag attributes = (ins)> : Stator_RuleOp<mnemonic, rule> {
  let arguments = !con((ins Stator_Tensor:$x), attributes);
}

def Stator_BroadcastOp : Stator_MovementOp<"broadcast", "rule::Broadcast"> {
  let summary = "Extents of 1 stretched to the result's";
}
def Stator_ReshapeOp : Stator_MovementOp<"reshape", "rule::Reshape"> {
  let summary = "The same elements in row-major order under the result's extents";
}
def Stator_PermuteOp : Stator_MovementOp<"permute", "rule::Permute", (ins Stator_Axes:$axes)> {
  let summary = "Axis i of the result is axis axes[i] of the operand";
}
def Stator_SliceOp : Stator_MovementOp<"slice", "rule::Slice", (ins Stator_Integers:$start, Stator_Integers:$stop,
                                                                    Stator_Integers:$step)> {
  let summary = "Elements start, start + step, ... below stop along each axis; a stop of -1 is the end";
}
def Stator_PadOp : Stator_MovementOp<"pad", "rule::Pad", (ins Stator_Integers:$low, Stator_Integers:$high,
                                                              Stator_Integers:$interior, F64Attr:$value)> {
  let summary = "`value` before, after and between the elements along each axis";
}
def Stator_FlipOp : Stator_MovementOp<"flip", "rule::Flip", (ins Stator_Axes:$axes)> {
  let summary = "The elements in the opposite order along `axes`";
}
def Stator_CatOp : Stator_RuleOp<"cat", "rule::Cat", Stator_OwnVjp, [], "", Stator_Decomposed> {
  let summary = "The operands one after the other along `axis`";
  let arguments = (ins Variadic<Stator_Tensor>:$parts, I64Attr:$axis);
}
