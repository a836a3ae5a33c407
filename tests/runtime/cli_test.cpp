// The command line: options, exit codes, JSON, and what a process has used.
#include "runtime/cli/cli.h"

#include <unistd.h>

#include <functional>
#include <limits>
#include <thread>

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;

namespace {

struct Options {
  int64_t epochs = 2;
  int threads = 1;
  double lr = 0.5;
  std::string data = "here";
  bool download = false;
};

/// What a body wrote to a stream, and how it ended.
struct Outcome {
  std::string text;
  int code = -1;
};

Outcome captured(std::FILE* stream, const std::function<int()>& body) {
  const tests::TemporaryFolder folder;
  std::fflush(stream);
  const int saved = ::dup(::fileno(stream));
  std::FILE* file = std::fopen((folder / "out").c_str(), "w");
  ::dup2(::fileno(file), ::fileno(stream));
  Outcome outcome;
  outcome.code = cli::run_main(0, nullptr, [&](int, char**) { return body(); });
  std::fflush(stream);
  ::dup2(saved, ::fileno(stream));
  ::close(saved);
  std::fclose(file);
  outcome.text = read_file(folder / "out");
  return outcome;
}

int parse(std::vector<const char*> arguments, Options& options) {
  cli::Parser parser("mnist", "Learns digits.");
  parser.option("--epochs", options.epochs, "Passes over the data", cli::at_least(1))
      .option("-t,--threads", options.threads, "Threads", cli::between(1, 64))
      .option("--lr", options.lr, "Learning rate")
      .option("--data", options.data, "Folder of the data")
      .flag("--download", options.download, "Fetch the data");
  arguments.insert(arguments.begin(), "mnist");
  parser.parse(static_cast<int>(arguments.size()), arguments.data());
  return 0;
}

Outcome refused(std::vector<const char*> arguments) {
  Options options;
  return captured(stderr, [&] { return parse(arguments, options); });
}

}  // namespace

TEST_CASE("options fill their variables") {
  Options options;
  parse({"--epochs", "7", "-t", "2", "--lr=-1e-3", "--data", "/x y", "--download"}, options);
  CHECK(options.epochs == 7);
  CHECK(options.threads == 2);
  CHECK(options.lr == -1e-3);
  CHECK(options.data == "/x y");
  CHECK(options.download);
  Options untouched;
  parse({}, untouched);
  CHECK(untouched.epochs == 2);
  CHECK_FALSE(untouched.download);
  parse({"--lr", "-2"}, untouched);
  CHECK(untouched.lr == -2);
}

TEST_CASE("help lists options with their defaults and ends with 0") {
  Options options;
  const Outcome outcome = captured(stdout, [&] { return parse({"--help"}, options); });
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.text, ContainsSubstring("Learns digits.") && ContainsSubstring("--epochs") &&
                               ContainsSubstring("Passes over the data") && ContainsSubstring("0.5") &&
                               ContainsSubstring("here"));
}

TEST_CASE("a bad option is one sentence and ends with 2") {
  const std::pair<std::vector<const char*>, const char*> cases[]{
      {{"--epochs", "0"}, "--epochs: 0 is below the least allowed, 1"},
      {{"--epochs", "-5"}, "--epochs: -5 is below the least allowed, 1"},
      {{"--epochs", "two"}, "--epochs: 'two' is not a whole number"},
      {{"--epochs", "2.5"}, "--epochs: '2.5' is not a whole number"},
      {{"--epochs", "0x10"}, "--epochs: '0x10' is not a whole number"},
      {{"--epochs", "99999999999999999999"}, "too large"},
      {{"--threads", "65"}, "--threads: 65 is above the greatest allowed, 64"},
      {{"--threads", "3000000000"}, "too large"},
      {{"--lr", "fast"}, "--lr: 'fast' is not a number"},
      {{"--lr", "nan"}, "--lr: 'nan' is not a number"},
      {{"--epochs"}, "--epochs"},
      {{"--what"}, "--what"},
      {{"stray"}, "stray"}};
  for (const auto& [arguments, message] : cases) {
    const Outcome outcome = refused(arguments);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.text, ContainsSubstring(message));
    CHECK(outcome.text.starts_with("error: "));
    CHECK(std::count(outcome.text.begin(), outcome.text.end(), '\n') == 1);
  }
}

TEST_CASE("errors become exit codes") {
  const auto ended = [](auto thrown) { return captured(stderr, [&]() -> int { throw thrown; }); };
  CHECK(ended(UserError("data: no")).text == "error: data: no\n");
  CHECK(ended(UserError("data: no")).code == 1);
  CHECK(ended(DeviceError("gone")).text == "device error: gone\n");
  CHECK(ended(InternalError("bug")).code == 3);
  CHECK(ended(InternalError("bug")).text == "internal error: bug\n");
  CHECK(ended(std::bad_alloc()).code == 1);
  CHECK(ended(cli::Exit{5}).code == 5);
  CHECK(captured(stderr, [] { return 4; }).code == 4);
}

TEST_CASE("log lines go to standard error") {
  const Outcome outcome = captured(stderr, [] {
    cli::log("data: {found}");
    cli::warn("slow");
    return 0;
  });
  CHECK_THAT(outcome.text, ContainsSubstring("info data: {found}\n") && ContainsSubstring("warning slow\n"));
}

TEST_CASE("JSON keeps the order of members and is written whole") {
  cli::Json epochs = cli::Json::array();
  epochs.push(
      cli::Json::object().set("epoch", 1).set("loss", 0.25).set("bad", std::numeric_limits<double>::quiet_NaN()));
  const cli::Json report = cli::Json::object().set("example", "mnist").set("epochs", epochs).set("real", true);
  const std::string text =
      "{\n  \"example\": \"mnist\",\n  \"epochs\": [\n    {\n      \"epoch\": 1,\n      \"loss\": 0.25,\n"
      "      \"bad\": null\n    }\n  ],\n  \"real\": true\n}\n";
  CHECK(report.text() == text);
  const tests::TemporaryFolder folder;
  report.write(folder / "r.json");
  CHECK(read_file(folder / "r.json") == text);
  CHECK_THAT(tests::error_of([&] { report.write("/nowhere/r.json"); }),
             ContainsSubstring("cannot write '/nowhere/r.json'"));
  CHECK_THAT(tests::error_of([&] { cli::check_writable("/nowhere/r.json"); }), ContainsSubstring("cannot write"));
  CHECK_THROWS_AS(epochs.set("x", 1), InternalError);
  CHECK_THROWS_AS(cli::Json::object().push(1), InternalError);
  CHECK(cli::Json("bad \xff utf-8").text().size() > 5);
}

TEST_CASE("memory and time of this process") {
  const double before = cli::peak_rss_mb();
  CHECK(before > 1);
  std::vector<char> block(64 << 20, 'x');
  CHECK(cli::peak_rss_mb() > before + 40);
  CHECK(block.back() == 'x');
  const double start = cli::seconds_since_process_start();
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  CHECK(start >= 0);
  CHECK(start < 3600);
  CHECK(cli::seconds_since_process_start() - start == Approx(0.03).margin(0.2));
}
