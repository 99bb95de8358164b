#include "cli/support/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/files.hpp"
#include "base/printable.hpp"
#include "run/tell.hpp"

namespace joulecast::cli {

namespace {

/// Turns a field into its option: "power_limit" into --power-limit.
std::string option_of(std::string field) {
  std::ranges::replace(field, '_', '-');
  return "--" + field;
}

bool is_field_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

/// Replaces fields of the request by the options that set them: the field at fault, and fields between
/// backticks.
Error with_options(Error error) {
  if (error.is_field) {
    const auto blank = std::min(error.where.find(' '), error.where.size());
    error.where = option_of(error.where.substr(0, blank)) + error.where.substr(blank);
  }
  auto& text = error.message;
  for (auto open = text.find('`'); open != std::string::npos; open = text.find('`', open + 1)) {
    const auto close = text.find('`', open + 1);
    if (close == std::string::npos) break;
    const auto field = text.substr(open + 1, close - open - 1);
    if (is_field_name(field)) text.replace(open, close - open + 1, option_of(field));
  }
  return error;
}

}  // namespace

int report_error(const Error& error) {
  run::tell("joulecast: {}\n", to_string(with_options(error)));
  return error.kind == ErrorKind::retry || error.kind == ErrorKind::gone ? failed : unusable;
}

void note(const std::string& text) {
  if (!text.empty()) run::tell("joulecast: {}\n", text);
}

void print_text(std::string_view text) {
  fmt::print("{}", printable_lines(text));
}

Status check_json_target(const std::string& path) {
  std::error_code ignored;
  if (path.empty() || path == "-" || !std::filesystem::is_regular_file(path, ignored)) return {};
  std::ifstream present(path);
  const auto first = (present >> std::ws).peek();
  if (first == std::ifstream::traits_type::eof() || first == '{' || first == '[') return {};
  return fail(ErrorKind::invalid, "--json",
              "{} is there already and holds no JSON; for standard output write --json -", path);
}

Status write_json(const std::string& text, const std::string& path) {
  if (auto usable = check_json_target(path); !usable) return usable;
  if (path != "-") return write_file(path, text);
  // A failure shows when the program ends: main() looks at all of standard output.
  std::fwrite(text.data(), 1, text.size(), stdout);
  return {};
}

int report_result(const std::string& json_file, const std::function<std::string()>& text,
                  const std::function<std::string()>& json_text) {
  if (const auto usable = check_json_target(json_file); !usable) return report_error(usable.error());
  if (json_file != "-") print_text(text());
  if (json_file.empty()) return done;
  const auto written = write_json(json_text(), json_file);
  return written ? done : report_error(written.error());
}

}  // namespace joulecast::cli
