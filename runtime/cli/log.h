// Lines for people, on standard error, with the time.
#pragma once

#include <string_view>

namespace stator::cli {

void log(std::string_view message);
void warn(std::string_view message);

}  // namespace stator::cli
