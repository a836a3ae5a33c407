// Times workloads on request, in a process that waits between them: `bench_worker THREADS`. bench/peers/protocol.py
// says what it reads and answers; the workers of other frameworks do the same.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "bench/workloads/workload.h"

namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

double microseconds_of(const bench::Call& call) {
  const Clock::time_point start = Clock::now();
  call();
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

/// Calls for about `seconds`: after some that only warm the caches, the time of each, or of each millisecond of short
/// ones.
std::vector<double> slice(const bench::Call& call, double seconds) {
  double one = microseconds_of(call);
  std::vector<double> times;
  if (one > 1e6 * seconds) return {one};
  for (int i = 0; i < 2; ++i) one = std::min(one, microseconds_of(call));
  const int batch = std::max(1, static_cast<int>(1000 / one));
  const bench::Call several = [&] {
    for (int i = 0; i < batch; ++i) call();
  };
  for (double left = 1e6 * seconds; left > 0; left -= times.back() * batch)
    times.push_back(microseconds_of(several) / batch);
  return times;
}

/// The one workload that is ready.
struct Ready {
  std::string name;
  bench::Call call;
};

json answer(const std::string& line, const std::vector<bench::Workload>& all, Ready& ready, int threads) {
  std::istringstream words(line);
  std::string command, name;
  double seconds = 0;
  words >> command >> name >> seconds;
  if (command != "prepare" && command != "run") return {{"error", "no such command: " + line}};
  if (ready.name != name) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
    if (found == all.end()) return {{"missing", "Stator has no workload " + name}};
    ready = {};
    ready = {name, found->prepare({.threads = threads})};
    ready.call();
  }
  if (command == "prepare") return {{"ready", name}};
  return {{"us", slice(ready.call, seconds)}};
}

}  // namespace

int main(int count, char** arguments) {
  const int threads = count > 1 ? std::atoi(arguments[1]) : 1;
  const std::vector<bench::Workload> all = bench::all_workloads();
  Ready ready;
  std::puts(R"({"hello": "Stator"})");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    json reply;
    try {
      reply = answer(line, all, ready, threads);
    } catch (const std::exception& error) { reply = {{"error", error.what()}}; }
    std::printf("%s\n", reply.dump().c_str());
    std::fflush(stdout);
  }
}
