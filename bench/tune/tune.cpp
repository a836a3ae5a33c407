// Searches schedules for the shapes of bench/shapes.txt and keeps what is faster than the cost model's:
// tune [--target NAME] [--filter TEXT] [--least-gain X] [--dry-run]. It writes compiler/kernels/tuned_schedules.inc.
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>

#include <CLI/CLI.hpp>

#include "bench/shapes.h"
#include "bench/tune/search.h"

namespace {

using namespace stator::kernels;

std::map<std::string, ContractionForm> forms_of(const bench::Shapes& shapes) {
  std::map<std::string, ContractionForm> forms;
  for (const bench::Product& product : shapes.products) forms["product " + product.name()] = form_of(product);
  for (const bench::Convolution& c : shapes.convolutions) {
    forms["forward " + c.name()] = forward_form_of(c);
    if (auto form = data_gradient_form_of(c)) forms["data " + c.name()] = *form;
    forms["weights " + c.name()] = weight_gradient_form_of(c);
  }
  return forms;
}

/// The table's lines by target and form.
using Table = std::map<std::string, std::string>;

std::string key_of(const std::string& target, const ContractionForm& form) {
  return "\"" + target + "\", \"" + signatureOf(form) + "\"";
}

constexpr const char* heading = "// Written by `./x tune`: target, form, {dot, rows, columns, packed B, unrolling}.";

Table read_table() {
  Table table;
  std::ifstream file(STATOR_TUNED);
  for (std::string line; std::getline(file, line);) {
    const size_t choice = line.find(", {", 1);
    if (line.starts_with("{") && choice != std::string::npos) table[line.substr(1, choice - 1)] = line.substr(choice);
  }
  return table;
}

void write_table(const Table& table) {
  std::ofstream file(STATOR_TUNED);
  file << heading << "\n";
  for (const auto& [key, choice] : table) file << "{" << key << choice << "\n";
  if (!file) throw std::runtime_error(std::string("tune: cannot write ") + STATOR_TUNED);
}

std::string text_of(const ScheduleChoice& choice) {
  return std::string(", {") + (choice.dot ? "true" : "false") + ", " + std::to_string(choice.rows) + ", " +
         std::to_string(choice.columnSteps) + ", " + (choice.packB ? "true" : "false") + ", " +
         std::to_string(choice.unroll) + "}},";
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app("Searches schedules for the shapes of bench/shapes.txt, and keeps what beats the cost model.");
  std::string target_name = "native", filter;
  double least_gain = 1.05;
  bool dry_run = false;
  app.add_option("--target", target_name, "instruction set that this host has");
  app.add_option("--filter", filter, "only shapes whose name contains this");
  app.add_option("--least-gain", least_gain, "how many times as fast a schedule must be to be kept");
  app.add_flag("--dry-run", dry_run, "only say what is found");
  CLI11_PARSE(app, count, arguments);
  try {
    const stator::cpu::Target target = stator::cpu::resolveTarget(target_name);
    Table table = read_table();
    for (const auto& [name, form] : forms_of(bench::read_shapes(STATOR_SHAPES))) {
      if (name.find(filter) == std::string::npos) continue;
      const bench::Found found = bench::search(form, target);
      const bool kept = found.gain() >= least_gain;
      std::printf("%-56s model %9.1f us, best of %2d %9.1f us, %.2f%s\n", name.c_str(), found.model_microseconds,
                  found.tried, found.microseconds, found.gain(), kept ? ", kept" : "");
      std::fflush(stdout);
      table.erase(key_of(target.name, form));
      if (kept) table[key_of(target.name, form)] = text_of(found.choice);
      if (!dry_run) write_table(table);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
