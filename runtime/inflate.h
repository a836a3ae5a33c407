// Undoing deflate compression.
#pragma once

#include <string>
#include <string_view>

namespace stator {

enum class Compression { gzip, raw_deflate };

/// The uncompressed bytes of `compressed`, found in the file `path`.
/// Errors: UserError naming the file, for bytes that are damaged, cut short, or followed by others.
std::string inflate(std::string_view compressed, Compression compression, const std::string& path);

/// Whether bytes start as a gzip file does.
bool is_gzip(std::string_view bytes);

}  // namespace stator
