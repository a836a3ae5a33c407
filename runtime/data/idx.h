// The IDX format, in which MNIST and its kin are published.
#pragma once

#include <string>

#include "runtime/ndarray.h"

namespace stator::data {

/// Reads an IDX file, plain or gzipped, whatever its name ends in: u8, i8, i16, i32, f32 or f64, of any rank from 1.
/// Errors: UserError naming the file and both values, for a wrong magic or dtype, a size that the bytes do not have,
/// damaged compression, or bytes left over. Source: LeCun, Cortes, Burges, "The MNIST database", "File formats".
NdArray read_idx(const std::string& path);

}  // namespace stator::data
