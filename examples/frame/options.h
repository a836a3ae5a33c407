// What an example is told on its command line.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "compiler/interface/compile.h"

namespace examples {

/// An example's name, its options and their defaults. Options that it gives no default for are not offered.
struct Options {
  std::string name = {};
  std::string description = {};
  std::string data_help = {};               // what --data is; empty: the example takes none
  std::optional<int64_t> epochs = {};       // how often to go through the data
  std::optional<int64_t> steps = {};        // training steps in all
  std::optional<int64_t> batch = {};        // rows in a training step
  std::optional<double> lr = {};            // learning rate, the greatest one where it changes
  std::optional<std::string> picture = {};  // PNG file for what the model does
  bool can_download = false;
  int64_t threads = 0;

  std::string data = {}, save = {}, load = {}, json = {}, dump = {}, profile = {}, target = "native", precision = "f32";
  int64_t seed = 0, memory_budget = 0;
  bool download = false;
  std::shared_ptr<stator::Profile> watch = {};  // where --profile asks for one

  /// Errors: stator::cli::Exit after --help or bad options, UserError for an output that cannot be written.
  void parse(int argc, char** argv);
  stator::CompileOptions compile_options() const;
};

}  // namespace examples
