// A subcommand: one file of apps/cli, one `extern const Command <file>_command`.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace joulecast::cli {

/// Exit statuses (formats.md): `run` passes on its child's instead.
constexpr int done = 0;
constexpr int failed = 1;
constexpr int unusable = 2;

struct Command {
  std::string_view name;
  std::string_view summary;
  std::string_view section;  ///< under which heading `joulecast --help` lists it
  /// Adds options to its app and returns what to do once they are parsed.
  std::function<int()> (*define)(CLI::App& app);
};

/// Every command of the build, in name order (generated from the files of apps/cli).
[[nodiscard]] std::span<const Command* const> all_commands();

/// Prints "joulecast: where: message" on standard error; unusable for malformed and invalid input, failed
/// otherwise.
int report_error(const Error& error);

/// Writes JSON to a file, or to standard output for "-".
[[nodiscard]] Status write_json(const nlohmann::ordered_json& json, const std::string& path);

}  // namespace joulecast::cli
