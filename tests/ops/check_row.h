// What every row of the tests of ops is put through.
#pragma once

#include <string>
#include <vector>

#include "tests/ops/row.h"

namespace stator::tests {

/// For each variant of the row:
///   compiled values and gradients, f32 and f64, against the interpreter;
///   the interpreter's gradients against central differences along a random direction;
///   and for a reference case, compiled and interpreted values and gradients against PyTorch's.
/// Symbolic axes are compiled for more rows than are given.
void check(const Row& row);

/// A test case per row, as sections of the present one.
void check_all(const std::vector<Row>& rows);

}  // namespace stator::tests
