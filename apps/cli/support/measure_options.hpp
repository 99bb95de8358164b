// Options of every command that measures another one: `run` and `probe`.
#pragma once

#include <string>
#include <vector>

#include "cli/support/arguments.hpp"
#include "run/run_command.hpp"

namespace joulecast::cli {

/// The options as they are typed.
struct MeasureArguments {
  run::MeasureOptions options;
  std::string interval = "1s";
  std::vector<std::string> tags;
  std::string store;
  std::string live = "auto";
  std::string log_every = "5m";
};

/// The command, --name, --tag, --interval, --sensor.
void add_command_options(Arguments app, MeasureArguments& arguments);
/// --epochs, --steps, --epoch-regex, --step-regex, --keep-buffering, --keep-arguments.
void add_progress_options(Arguments app, MeasureArguments& arguments);
/// --live, --log-every.
void add_live_options(Arguments app, MeasureArguments& arguments);

/// Parses a non-empty text into `target`; invalid, with the option as the place, if it is malformed or not
/// above 0.
template <class Target, class Parse>
Status take(const std::string& text, const char* option, const char* example, Parse parse, Target& target) {
  if (text.empty()) return {};
  const auto value = parse(text);
  if (!value)
    return fail(ErrorKind::invalid, option, "\"{}\" cannot be read; write it like {}", text, example);
  if (value->value() <= 0) return fail(ErrorKind::invalid, option, "{} is not above 0", text);
  target = *value;
  return {};
}

/// Parses what was typed into `arguments.options`. invalid, naming the option.
[[nodiscard]] Status complete(MeasureArguments& arguments);

}  // namespace joulecast::cli
