// All ops of the stator dialect.
#pragma once

#include "compiler/ir/dialect.h"
#include "compiler/ir/op_interface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace stator::ir {
using mlir::DenseI64ArrayAttr;  // constraints of the records name it so
class ScanOp;                   // a yield may stand in it
}  // namespace stator::ir

#define GET_OP_CLASSES
#include "compiler/ir/contraction.h.inc"
#define GET_OP_CLASSES
#include "compiler/ir/convolution.h.inc"
#define GET_OP_CLASSES
#include "compiler/ir/elementwise.h.inc"
#define GET_OP_CLASSES
#include "compiler/ir/fusion.h.inc"
#define GET_OP_CLASSES
#include "compiler/ir/movement.h.inc"
#define GET_OP_CLASSES
#include "compiler/ir/pooling.h.inc"
#define GET_OP_CLASSES
#include "compiler/ir/reduction.h.inc"
#define GET_OP_CLASSES
#include "compiler/ir/scan.h.inc"
#define GET_OP_CLASSES
#include "compiler/ir/source.h.inc"
