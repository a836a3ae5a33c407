// Stator's kernels beside oneDNN's and OpenBLAS's at the shapes of bench/shapes.txt, in turns, on one thread:
// bench_libraries [--libraries LIST] [--rounds N] [--filter TEXT] [--json FILE]. How many times as long as Stator the
// best library takes.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/libraries/peer.h"

namespace {

using namespace bench;

double median_of(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// Someone's calls for one shape, and the microseconds that one took at best in each round.
struct Contender {
  std::string name;
  Call call;
  std::vector<double> rounds = {};

  double best() const { return *std::min_element(rounds.begin(), rounds.end()); }
};

void take_turns(std::vector<Contender>& all, int rounds) {
  for (int round = 0; round < rounds; ++round)
    for (Contender& each : all) each.rounds.push_back(slice_of(each.call));
}

/// The results of one kind, such as products with packed weights.
class Group {
 public:
  Group(std::string name, int rounds) : name_(std::move(name)), rounds_(rounds) {}

  /// `calls_of(peer)` gives a peer's call, or null.
  template <class CallsOf> void add(const std::string& shape, const std::vector<Peer>& peers, CallsOf calls_of) {
    std::vector<Contender> all;
    for (const Peer& peer : peers)
      if (Call call = calls_of(peer)) all.push_back({peer.name, call});
    if (all.size() < 2 || all[0].name != peers[0].name) return;
    take_turns(all, rounds_);
    std::vector<double> turns(rounds_, INFINITY);
    double best = INFINITY;
    nlohmann::json times;
    std::printf("%-24s %-36s", name_.c_str(), shape.c_str());
    for (const Contender& each : all) {
      times[each.name] = {{"best", each.best()}, {"median", median_of(each.rounds)}, {"rounds", each.rounds}};
      std::printf("  %s %.1f", each.name.c_str(), each.best());
      if (&each == &all[0]) continue;
      best = std::min(best, each.best());
      for (int i = 0; i < rounds_; ++i) turns[i] = std::min(turns[i], each.rounds[i] / all[0].rounds[i]);
    }
    const double ratio = best / all[0].best(), middle = median_of(turns);
    std::printf("  %.2f / %.2f\n", ratio, middle);
    std::fflush(stdout);
    best_.push_back(ratio), median_.push_back(middle);
    shapes_.push_back({{"shape", shape}, {"us", times}, {"ratio", {{"best", ratio}, {"median", middle}}}});
  }

  bool empty() const { return best_.empty(); }

  /// Tells the mean and the least ratio; gives all figures.
  nlohmann::json finish() const {
    std::printf("%-24s %zu shapes: geometric mean %.2f / %.2f, least %.2f / %.2f\n\n", name_.c_str(), best_.size(),
                mean(best_), mean(median_), least(best_), least(median_));
    return {{"kind", name_},
            {"mean", {{"best", mean(best_)}, {"median", mean(median_)}}},
            {"least", {{"best", least(best_)}, {"median", least(median_)}}},
            {"shapes", shapes_}};
  }

 private:
  static double mean(const std::vector<double>& ratios) {
    double sum = 0;
    for (double ratio : ratios) sum += std::log(ratio);
    return std::exp(sum / static_cast<double>(ratios.size()));
  }
  static double least(const std::vector<double>& ratios) { return *std::min_element(ratios.begin(), ratios.end()); }

  std::string name_;
  int rounds_;
  std::vector<double> best_, median_;
  nlohmann::json shapes_ = nlohmann::json::array();
};

struct Options {
  int rounds = 10;
  std::string filter, json;
  std::vector<std::string> libraries;

  bool wants(const std::string& kind, const std::string& shape) const {
    return (kind + " " + shape).find(filter) != std::string::npos;
  }
};

nlohmann::json compare(const Options& options, const Shapes& shapes, const std::vector<Peer>& peers) {
  nlohmann::json groups = nlohmann::json::array();
  for (bool packed : {false, true}) {
    Group group(packed ? "product, packed" : "product", options.rounds);
    for (const Product& product : shapes.products)
      if ((product.has_weight() || !packed) && options.wants(packed ? "product, packed" : "product", product.name()))
        group.add(product.name(), peers, [&](const Peer& peer) { return peer.product(product, packed); });
    if (!group.empty()) groups.push_back(group.finish());
  }
  const std::pair<Way, const char*> ways[]{{Way::forward, "convolution, forward"},
                                           {Way::data_gradient, "convolution, data"},
                                           {Way::weight_gradient, "convolution, weights"}};
  for (const auto& [way, name] : ways) {
    Group group(name, options.rounds);
    for (const Convolution& convolution : shapes.convolutions)
      if (options.wants(name, convolution.name()))
        group.add(convolution.name(), peers,
                  [&, way = way](const Peer& peer) { return peer.convolution(convolution, way); });
    if (!group.empty()) groups.push_back(group.finish());
  }
  return groups;
}

/// The libraries named. Errors: std::runtime_error for one that the program was built without.
std::vector<Peer> peers_named(const std::vector<std::string>& names) {
  std::vector<Peer> peers{stator_kernels()};
  const std::vector<Peer> found = libraries();
  for (const std::string& name : names) {
    auto same = [&](const Peer& peer) { return peer.name == name; };
    const auto library = std::find_if(found.begin(), found.end(), same);
    if (library == found.end()) throw std::runtime_error(name + " was not installed when this program was built");
    peers.push_back(*library);
  }
  return peers;
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  CLI::App app("Kernels beside those of libraries, in microseconds; ratios best / median.");
  for (const Peer& library : libraries()) options.libraries.push_back(library.name);
  app.add_option("--libraries", options.libraries, "of those it was built with; all by default")->delimiter(',');
  app.add_option("--rounds", options.rounds, "turns of each, of 5 ms or one call; of a turn the best counts")
      ->check(CLI::PositiveNumber);
  app.add_option("--filter", options.filter, "only shapes whose line contains this");
  app.add_option("--json", options.json, "file for all figures");
  CLI11_PARSE(app, count, arguments);
  try {
    const nlohmann::json groups = compare(options, read_shapes(STATOR_SHAPES), peers_named(options.libraries));
    if (!options.json.empty()) std::ofstream(options.json) << groups.dump(1) << '\n';
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_libraries: %s\n", error.what());
    return 1;
  }
}
