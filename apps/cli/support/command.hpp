// A subcommand. Each file of apps/cli defines one as `extern const Command <file>_command`.
#pragma once

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "cli/support/arguments.hpp"

namespace joulecast::cli {

/// Exit statuses. `run` returns its child's status instead.
constexpr int done = 0;
constexpr int failed = 1;    ///< it ran and failed: for example a full disk or a locked store
constexpr int unusable = 2;  ///< bad arguments or input: malformed, impossible, missing or not permitted

struct Command {
  std::string_view name;
  std::string_view summary;
  /// Heading of the command in `joulecast --help`.
  std::string_view section;
  /// Declares the command's options and returns the function to call after parsing.
  std::function<int()> (*define)(Arguments app);
};

/// Every command of the build, in name order (generated from the files of apps/cli).
[[nodiscard]] std::span<const Command* const> all_commands();

/// Prints "joulecast: where: message" on standard error. A field of a request (as the place, or between
/// backticks in the message) is shown as its option, so options must be named like the fields that they set.
/// Returns the exit status: `failed` if another try may succeed (retry, gone), else `unusable`.
int report_error(const Error& error);

/// Prints "joulecast: text" on standard error; does nothing for an empty text.
void note(const std::string& text);

/// Prints a text for people on standard output. Control characters within names do not reach the terminal.
void print_text(std::string_view text);

/// Writes JSON to a file, or to standard output for "-". invalid if the file exists and contains something
/// else: in `--json log.csv other.csv` the parser takes the log for the output file.
[[nodiscard]] Status write_json(const std::string& text, const std::string& path);
/// Whether write_json() would refuse. For commands that change something before they write.
[[nodiscard]] Status check_json_target(const std::string& path);

/// Finishes a command: prints the text unless standard output is used for the JSON, and writes the JSON if it
/// was requested ("" = no). Calls only the functions whose output is needed. Returns the exit status.
int report_result(const std::string& json_file, const std::function<std::string()>& text,
                  const std::function<std::string()>& json_text);

}  // namespace joulecast::cli
