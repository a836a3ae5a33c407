// Which inputs are indices of tables, so that a session can check them before anything runs.
#pragma once

#include <vector>

#include "compiler/interface/graph.h"

namespace stator {

/// For each input, the rows of the smallest table that a gather reads by it as it is, or only moved; 0: of none.
std::vector<long> indexed_rows(const Function& function);

}  // namespace stator
