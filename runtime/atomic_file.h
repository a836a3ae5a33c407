// Files that are either the old or the new one, whole, whatever happens while they are written; and reading a file.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace stator {

/// Writes the pieces one after the other to a temporary file in the same folder, syncs it, renames it to `path` and
/// syncs the folder. A link is followed; what is not a plain file (a pipe, a terminal) is written to directly.
/// Errors: UserError with the path and the system's reason; a file that was there before is untouched.
void write_file_atomically(const std::string& path, std::span<const std::string_view> pieces);
void write_file_atomically(const std::string& path, std::string_view bytes);

/// Makes sure, before long work, that its result can be written to `path`; changes nothing there.
/// Errors: UserError with the path and the system's reason.
void check_writable(const std::string& path);

/// All bytes of a file. Errors: UserError with the path and the system's reason.
std::string read_file(const std::string& path);

}  // namespace stator
