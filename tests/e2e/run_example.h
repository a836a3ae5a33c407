// Running the examples as programs, as a shell would.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/runtime/support.h"

namespace stator::tests {

struct Outcome {
  int code = -1;
  std::string out, errors;
};

/// Runs an example of the build with these arguments, as a shell would.
inline Outcome run(const std::string& example, const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  std::string command = "'" STATOR_EXAMPLES "/" + example + "'";
  for (const std::string& argument : arguments) command += " '" + argument + "'";
  command += " >'" + (folder / "out") + "' 2>'" + (folder / "errors") + "' </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder / "out"), read_file(folder / "errors")};
}

/// The figures of a run that must succeed.
inline nlohmann::json figures_of(const std::string& example, std::vector<std::string> arguments) {
  const TemporaryFolder folder;
  arguments.insert(arguments.end(), {"--json", folder / "run.json"});
  const Outcome outcome = run(example, arguments);
  INFO(outcome.errors << outcome.out);
  REQUIRE(outcome.code == 0);
  nlohmann::json figures = nlohmann::json::parse(read_file(folder / "run.json"));
  CHECK(figures["example"] == example);
  for (const char* cost : {"step_us_median", "compile_ms", "first_step_ms", "peak_rss_mb"})
    CHECK(figures[cost].get<double>() > 0);
  return figures;
}

}  // namespace stator::tests
