// The outermost function of every program.
#pragma once

#include <functional>

namespace stator::cli {

/// Runs a program's body and gives main's result. A UserError becomes `error: ...` on standard error and 1, an Exit its
/// code; memory that is not to be had is a UserError too. Any other exception is Stator's own fault: it is told as an
/// internal error, with 3.
int run_main(int argc, char** argv, const std::function<int(int argc, char** argv)>& body);

}  // namespace stator::cli
