// Parser over CLI11.
#include "runtime/cli/parser.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "runtime/text.h"

namespace stator::cli {

struct Parser::Impl {
  CLI::App app;
};

namespace {

/// A check in CLI11's form: what is wrong with the text, or nothing.
template <class T> auto number_check(Range range) {
  return [range](const std::string& text) -> std::string {
    constexpr bool whole = std::is_integral_v<T>;
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) return concat("'", text, "' is too large or too small a number");
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(static_cast<double>(value)))
      return concat("'", text, "' is not a ", whole ? "whole " : "", "number");
    if (static_cast<double>(value) < range.least) return concat(text, " is below the least allowed, ", range.least);
    if (static_cast<double>(value) > range.greatest)
      return concat(text, " is above the greatest allowed, ", range.greatest);
    return "";
  };
}

template <class T> void add_number(CLI::App& app, const std::string& names, T& value, const std::string& help,
                                   Range range, const char* kind) {
  app.add_option(names, value, help)->type_name(kind)->capture_default_str()->check(number_check<T>(range), "", "");
}

}  // namespace

Parser::Parser(const std::string& program, const std::string& description)
    : impl_(new Impl{CLI::App(description, program)}) {
  impl_->app.set_help_flag("-h,--help", "Print this help and exit");
}

Parser::~Parser() = default;

Parser& Parser::option(const std::string& names, int64_t& value, const std::string& help, Range range) {
  add_number(impl_->app, names, value, help, range, "N");
  return *this;
}

Parser& Parser::option(const std::string& names, int& value, const std::string& help, Range range) {
  add_number(impl_->app, names, value, help, range, "N");
  return *this;
}

Parser& Parser::option(const std::string& names, double& value, const std::string& help, Range range) {
  add_number(impl_->app, names, value, help, range, "X");
  return *this;
}

Parser& Parser::option(const std::string& names, std::string& value, const std::string& help) {
  impl_->app.add_option(names, value, help)->type_name("TEXT")->capture_default_str();
  return *this;
}

Parser& Parser::bytes(const std::string& names, int64_t& value, const std::string& help) {
  constexpr bool kilo_is_1000 = true;
  impl_->app.add_option(names, value, help)
      ->type_name("BYTES")
      ->capture_default_str()
      ->transform(CLI::AsSizeValue(kilo_is_1000), "", "");
  return *this;
}

Parser& Parser::flag(const std::string& names, bool& value, const std::string& help) {
  impl_->app.add_flag(names, value, help);
  return *this;
}

void Parser::parse(int argc, const char* const* argv) {
  CLI::App& app = impl_->app;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    std::fflush(stdout);
    throw Exit{0};
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "error: %s (--help lists the options)\n", error.what());
    throw Exit{2};
  }
}

}  // namespace stator::cli
