// A loop over sequences with its step as a region.
include "compiler/ir/dialect.td"

def Stator_ScanOp : Op<Stator_Dialect, "scan", [Pure, IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments]> {
  let summary = "Applies a region along the first axis of sequences, carrying states from step to step";
  let description = [{
    The region is given the states, one step's element of each sequence, and the invariants; it yields the new states,
    then results that are stacked along a new first axis. The op's results are the final states, then the stacks.
    `reverse`: from the last step to the first; element i of a stack is of the step with element i of the sequences.
    ```
    %h, %ys = stator.scan from(%h0) over(%xs) with(%w)
        : (tensor<2x4xf32>, tensor<7x2x4xf32>, tensor<4x4xf32>) -> (tensor<2x4xf32>, tensor<7x2x4xf32>) {
    ^bb0(%s: tensor<2x4xf32>, %x: tensor<2x4xf32>, %m: tensor<4x4xf32>):
      ...
      stator.yield %new, %y : tensor<2x4xf32>, tensor<2x4xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<Stator_Tensor>:$initial, Variadic<Stator_Tensor>:$sequences,
                       Variadic<Stator_Tensor>:$invariants, UnitAttr:$reverse);
  let results = (outs Variadic<Stator_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    (`reverse` $reverse^)? `from` `(` $initial `)` `over` `(` $sequences `)` `with` `(` $invariants `)`
    attr-dict-with-keyword `:` functional-type(operands, $outputs) $body
  }];
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block& block() { return getBody().front(); }
    /// How many values are carried, and how many are scanned.
    unsigned stateCount() { return getInitial().size(); }
    unsigned sequenceCount() { return getSequences().size(); }
    /// The number of steps: the first extent of the sequences.
    int64_t steps();
    /// What a step is given.
    ::llvm::MutableArrayRef<::mlir::BlockArgument> stateArguments();
    ::llvm::MutableArrayRef<::mlir::BlockArgument> elementArguments();
    ::llvm::MutableArrayRef<::mlir::BlockArgument> invariantArguments();
    /// What a step gives: new states, and results that are stacked.
    ::mlir::OperandRange newStates();
    ::mlir::OperandRange stepResults();
    ::mlir::ResultRange finalStates() { return getOutputs().take_front(stateCount()); }
    ::mlir::ResultRange stacks() { return getOutputs().drop_front(stateCount()); }
    /// The state that a step's result is, before the step or behind it; none: it is computed apart, or the state never
    /// changes. All values of such a state lie in memory one behind the other.
    struct History {
      unsigned state;
      bool behind;
    };
    ::std::optional<History> historyOf(::mlir::Value stepResult);
    /// The argument through which the region sees `value`, which is defined outside; made where there is none.
    ::mlir::Value capture(::mlir::Value value);
  }];
}
