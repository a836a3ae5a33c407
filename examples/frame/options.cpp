// The options of the examples: one name, one meaning.
#include "examples/frame/options.h"

#include "runtime/cli/cli.h"
#include "runtime/profile/profile.h"

namespace examples {

namespace cli = stator::cli;

void Options::parse(int argc, char** argv) {
  cli::Parser parser(name, description);
  if (!data_help.empty()) parser.option("--data", data, data_help);
  if (epochs) parser.option("--epochs", *epochs, "how often to go through the training data", cli::at_least(0));
  if (steps) parser.option("--steps", *steps, "training steps in all", cli::at_least(0));
  if (batch) parser.option("--batch", *batch, "rows in a training step", cli::between(1, 100000));
  if (lr) parser.option("--lr", *lr, "learning rate (the greatest, where it changes)", cli::at_least(0));
  if (picture) parser.option("--picture", *picture, "PNG file for what the model does");
  parser.option("--seed", seed, "of initial values, order and all other draws")
      .option("--threads", threads, "threads that compute; 0: one for each core", cli::between(0, 1024))
      .option("--save", save, "file for the state, written as the run goes")
      .option("--load", load, "state to go on from")
      .option("--json", json, "file for the figures of the run")
      .option("--target", target, "instruction set: native, x86-64, x86-64-v3 or x86-64-v4")
      .option("--precision", precision, "f32, or bf16: factors of products rounded to it, sums in f32")
      .bytes("--memory-budget", memory_budget, "what a step's arena may take, as 32MB, by computing again; 0: any")
      .option("--dump", dump, "print the IR after this phase, or a kernel with its assembly, and stop")
      .option("--profile", profile, "file for a trace of the kernels' times (chrome://tracing, ui.perfetto.dev)");
  if (can_download) parser.flag("--download", download, "fetch the data where none is found");
  parser.parse(argc, argv);
  for (const std::string& path : {save, json, profile, picture.value_or("")})
    if (!path.empty()) cli::check_writable(path);
  if (!profile.empty()) watch = std::make_shared<stator::Profile>();
}

stator::CompileOptions Options::compile_options() const {
  return {.target = target,
          .threads = static_cast<int>(threads),
          .dump = dump,
          .precision = precision,
          .memory_budget = memory_budget,
          .profile = watch};
}

}  // namespace examples
