// PNG files of 8-bit pictures.
#pragma once

#include <string>

#include "runtime/ndarray.h"

namespace stator::data {

/// Writes u8 [height, width] as grey, or u8 [height, width, 3] as red, green and blue.
/// Errors: UserError for another dtype or other extents, or where the path cannot be written.
void write_png(const std::string& path, const NdArray& picture);

/// Gives u8 [height, width] for a grey picture, u8 [height, width, 3] for a coloured one; transparency is left out.
/// Errors: UserError with the path and what is wrong with the file.
NdArray read_png(const std::string& path);

/// Numbers from 0 to 1 as pixels; those outside are moved to the nearest. f32 [...] to u8 [...].
NdArray to_pixels(const NdArray& values);

}  // namespace stator::data
