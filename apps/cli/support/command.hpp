// A subcommand: one file of apps/cli, one `extern const Command <file>_command`.
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

/// Exit statuses: `run` passes on its child's instead.
constexpr int done = 0;
constexpr int failed = 1;    ///< it ran and failed: a full disk, a locked store
constexpr int unusable = 2;  ///< arguments or input: malformed, impossible, not there, not permitted

struct Command {
  std::string_view name;
  std::string_view summary;
  std::string_view section;  ///< under which heading `joulecast --help` lists it
  /// Adds options to its app and returns what to do once they are parsed.
  std::function<int()> (*define)(Arguments app);
};

/// Every command of the build, in name order (generated from the files of apps/cli).
[[nodiscard]] std::span<const Command* const> all_commands();

/// Prints "joulecast: where: message" on standard error. A field of a request, as the place or between
/// backticks in the message, is shown as its option; so options have the names of the fields that they fill.
/// The exit status: failed where another try may work (retry, gone), else unusable.
int report_error(const Error& error);

/// Prints "joulecast: text" on standard error; nothing for an empty text.
void note(const std::string& text);

/// Writes JSON to a file, or to standard output for "-". invalid for a file that is there and holds something
/// else: `--json log.csv other.csv` takes the log for the place to write to.
[[nodiscard]] Status write_json(const std::string& text, const std::string& path);
/// Whether write_json would refuse, for a command that does something lasting before it writes.
[[nodiscard]] Status check_json_target(const std::string& path);

/// The end of a command: prints the text unless standard output is to be the JSON's, and writes the JSON
/// where it was asked for ("" = nowhere). Only what is wanted is made. The exit status.
int report_result(const std::string& json_file, const std::function<std::string()>& text,
                  const std::function<std::string()>& json_text);

}  // namespace joulecast::cli
