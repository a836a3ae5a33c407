// Reductions.
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/ir/verify.h"

#define GET_OP_CLASSES
#include "compiler/ir/reduction.cpp.inc"
