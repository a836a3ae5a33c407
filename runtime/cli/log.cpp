// Log lines through spdlog.
#include "runtime/cli/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace stator::cli {

static spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_color_mt("stator");
    made->set_pattern("[%H:%M:%S] %^%l%$ %v");
    return made;
  }();
  return *instance;
}

void log(std::string_view message) { logger().info("{}", message); }

void warn(std::string_view message) { logger().warn("{}", message); }

}  // namespace stator::cli
