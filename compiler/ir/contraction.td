// The matrix product.
include "compiler/ir/dialect.td"

def Stator_MatmulOp : Stator_RuleOp<"matmul", "rule::EqualRankMatmul"> {
  let summary = "[..., M, K] x [..., K, N] -> [..., M, N], with equal leading extents";
  let arguments = (ins Stator_Tensor:$a, Stator_Tensor:$b);
}
