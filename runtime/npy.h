// NumPy's file formats: one array (.npy), and several in an archive (.npz).
#pragma once

#include <map>
#include <string>

#include "runtime/ndarray.h"

namespace stator {

/// Reads format 1.0 or 2.0, C order, little-endian. Errors: UserError with the path and the broken rule.
/// Source: numpy.lib.format.
NdArray read_npy(const std::string& path);

/// Writes format 1.0, atomically. Errors: UserError for bf16, which NumPy has not, or an unwritable path.
void write_npy(const std::string& path, const NdArray& array);

/// Reads an archive of .npy members, stored or deflated, by name without `.npy`.
/// Errors: UserError with the path and the broken rule. Source: PKWARE APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12, 4.3.16.
std::map<std::string, NdArray> read_npz(const std::string& path);

/// The bytes of a .npy file as an array; `path` stands in errors.
NdArray parse_npy(std::string_view file, const std::string& path);

}  // namespace stator
