// One kernel's worth of ops as a region.
include "compiler/ir/dialect.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Stator_FusionOp : Op<Stator_Dialect, "fusion", [Pure, IsolatedFromAbove, SingleBlock]> {
  let summary = "Ops that become one kernel; nothing inside is seen outside but what is yielded";
  let description = [{
    `kind` is contraction, window, map, reduce, row, scatter or attention, and says how the kernel is scheduled.
    ```
    %0 = stator.fusion kind "map" (%x, %y) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32> {
    ^bb0(%a: tensor<8xf32>, %b: tensor<8xf32>):
      %s = stator.add %a, %b : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
      stator.yield %s : tensor<8xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<Stator_Tensor>:$inputs, StrAttr:$kind);
  let results = (outs Variadic<Stator_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `kind` $kind `(` $inputs `)` attr-dict-with-keyword `:` functional-type($inputs, $outputs) $body
  }];
  let hasRegionVerifier = 1;
}

def Stator_YieldOp : Op<Stator_Dialect, "yield", [Pure, Terminator, ReturnLike, ParentOneOf<["FusionOp", "ScanOp"]>]> {
  let summary = "The results of the surrounding fusion, or of one step of the surrounding scan";
  let arguments = (ins Variadic<Stator_Tensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}
