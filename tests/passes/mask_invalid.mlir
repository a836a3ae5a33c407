// An axis whose valid positions cannot be known is told, not guessed.
// RUN: stator-opt %s --mask --verify-diagnostics

!x = tensor<8x6xf32, #stator.symbols<[batch], []>>
!flat = tensor<48xf32, #stator.symbols<[batch]>>
!mixed = tensor<6x8xf32, #stator.symbols<[], [batch]>>

module attributes {stator.bindings = {batch = 8 : i64}} {
func.func @mixed(%x: !x) -> tensor<6x1xf32> {
  %0 = stator.reshape %x : (!x) -> !flat
  %1 = stator.reshape %0 : (!flat) -> !mixed
  // expected-error @below {{it is not known which positions of axis 1 are valid: a reshape or flip mixed them}}
  %2 = stator.sum %1 {axes = array<i64: 1>} : (!mixed) -> tensor<6x1xf32>
  return %2 : tensor<6x1xf32>
}
}
