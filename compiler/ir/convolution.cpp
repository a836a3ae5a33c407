// Convolution and its gradients.
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/ir/verify.h"

#define GET_OP_CLASSES
#include "compiler/ir/convolution.cpp.inc"
