// What users' files cost their compiler: user time of `-O1 -c`, and the peak of its memory. `compile_time/FILE`, for
// each file of the folder programs.
#include <benchmark/benchmark.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace {

struct Cost {
  bool compiled = false;
  double user_s = 0, peak_mb = 0;
};

/// The words of STATOR_COMMAND, a comma between them, then the file.
std::vector<std::string> command_for(const std::string& file) {
  std::vector<std::string> words{""};
  for (char c : std::string(STATOR_COMMAND)) {
    if (c == ',') words.emplace_back();
    else words.back() += c;
  }
  words.insert(words.end(), {"-std=c++20", "-O1", "-c", file, "-o", "/dev/null"});
  return words;
}

Cost compile(const std::string& file) {
  std::vector<std::string> words = command_for(file);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  if (child < 0 || ::wait4(child, &status, 0, &used) != child) return {};
  const double user_s = static_cast<double>(used.ru_utime.tv_sec) + 1e-6 * static_cast<double>(used.ru_utime.tv_usec);
  return {WIFEXITED(status) && WEXITSTATUS(status) == 0, user_s, static_cast<double>(used.ru_maxrss) / 1024};
}

void measure(benchmark::State& run, const std::string& file) {
  double peak_mb = 0;
  for (auto _ : run) {
    const Cost cost = compile(file);
    if (!cost.compiled) {
      run.SkipWithError(("does not compile: " + file).c_str());
      break;
    }
    run.SetIterationTime(cost.user_s);
    peak_mb = std::max(peak_mb, cost.peak_mb);
  }
  run.counters["peak_mb"] = peak_mb;
}

/// The files in order of their names.
const bool registered = [] {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(STATOR_PROGRAMS)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files)
    benchmark::RegisterBenchmark(("compile_time/" + file.stem().string()).c_str(), measure, file.string())
        ->Unit(benchmark::kSecond)
        ->UseManualTime()
        ->Iterations(1);
  return true;
}();

}  // namespace
