// Values that come from no tensor, and the two ops that steer differentiation.
include "compiler/ir/dialect.td"

def Stator_ConstantOp : Stator_RuleOp<"constant", "rule::Constant", Stator_NoGradient, [ConstantLike]> {
  let summary = "A splat: every element is `value`";
  let arguments = (ins F64Attr:$value);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasFolder = 1;
}
def Stator_IotaOp : Stator_RuleOp<"iota", "rule::Iota", Stator_NoGradient> {
  let summary = "The index along `axis`, in every element";
  let arguments = (ins I64Attr:$axis);
  let assemblyFormat = "attr-dict `:` type($result)";
}
def Stator_CountOp : Stator_RuleOp<"count", "rule::Count", Stator_NoGradient> {
  let summary = "How many valid elements `axes` of the operand hold, as a scalar";
  let arguments = (ins Stator_Tensor:$x, Stator_Axes:$axes);
}
def Stator_RandomUniformOp : Stator_RuleOp<"random_uniform", "rule::RandomUniform", Stator_NoGradient> {
  let summary = "Draws in [0, 1): element i is a function of (seed, step, site, occurrence, i) alone";
  let arguments = (ins Stator_Tensor:$seed, Stator_Tensor:$step, I64Attr:$site, I64Attr:$occurrence);
}
def Stator_DetachOp : Stator_RuleOp<"detach", "rule::Detach", Stator_NoGradient> {
  let summary = "The operand, through which no gradient flows";
  let arguments = (ins Stator_Tensor:$x);
}
def Stator_RecomputeOp : Stator_RuleOp<"recompute", "rule::Recompute"> {
  let summary = "The operand, for computing `block` again: keeps what is made from it apart from what was made before";
  let arguments = (ins Stator_Tensor:$x, I64Attr:$block);
}
def Stator_KnownOp : Stator_RuleOp<"known", "rule::Known"> {
  let summary = "`value`, computed before and lying in `held`; differentiate puts `held` in its place";
  let arguments = (ins Stator_Tensor:$value, Stator_Tensor:$held);
}
def Stator_GradientOp : Stator_RuleOp<"gradient", "rule::Gradient", Stator_MissingVjp> {
  let summary = "d scalar / d value, of the value's type; differentiate replaces it";
  let arguments = (ins Stator_Tensor:$scalar, Stator_Tensor:$value);
}
