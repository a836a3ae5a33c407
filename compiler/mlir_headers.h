// What most of the compiler's sources include of MLIR, precompiled once for all of them. Sources still include what
// they use: this header only makes reading it cheap.
#pragma once

#include "llvm/ADT/TypeSwitch.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
