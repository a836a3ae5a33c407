// Copies of ops, for those who read a value late.
#pragma once

#include "compiler/fuse/lifetimes.h"

namespace stator::fuse {

/// A value that is made again: its op comes last in `ops`, each of which follows those that it reads.
struct Repeat {
  mlir::Operation* op = nullptr;
  llvm::ArrayRef<mlir::Operation*> ops;
};

/// Whoever reads one of the values at moment `late` or after it reads a copy from now on, which stands before the first
/// of them; what several values are made of is copied once. What copies read of the rest goes through a mark, so that
/// no later phase takes both for one. A value stays as it is where something that its copy would read stands too late.
void repeatLate(const Lifetimes& lives, int64_t late, llvm::ArrayRef<Repeat> repeats);

}  // namespace stator::fuse
