// The MD5 checksum, by which data sets are published. Not for secrets.
#pragma once

#include <string>
#include <string_view>

namespace stator {

/// 32 lower-case hexadecimal digits. Source: RFC 1321.
std::string md5(std::string_view bytes);

}  // namespace stator
