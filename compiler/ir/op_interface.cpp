// The op interface's dispatch.
#include "compiler/ir/op_interface.h"

#include "compiler/ir/op_interface.cpp.inc"
