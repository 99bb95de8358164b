#include "cli/support/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/files.hpp"
#include "report/json_value.hpp"

namespace joulecast::cli {

namespace {

/// A field of the request as the option that filled it: "power_limit" is --power-limit.
Error with_option(Error error) {
  if (!error.is_field) return error;
  auto name = error.where.substr(0, error.where.find(' '));
  const auto value = error.where.substr(name.size());
  std::ranges::replace(name, '_', '-');
  error.where = "--" + name + value;
  return error;
}

}  // namespace

int report_error(const Error& error) {
  fmt::print(stderr, "joulecast: {}\n", to_string(with_option(error)));
  return error.kind == ErrorKind::retry || error.kind == ErrorKind::gone ? failed : unusable;
}

Error with_option(Error error, std::initializer_list<std::pair<std::string_view, std::string_view>> options) {
  const auto named = std::ranges::find(options, error.where, [](const auto& pair) { return pair.first; });
  if (named != options.end()) error.where = named->second;
  return error;
void note(const std::string& text) {
  if (!text.empty()) fmt::print(stderr, "joulecast: {}\n", text);
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

namespace {

Status write_json_text(const std::string& text, const std::string& path) {
  if (auto usable = check_json_target(path); !usable) return usable;
  if (path != "-") return write_file(path, text);
  fmt::print("{}", text);  // a failure shows when the program ends: main() looks at all of standard output
  return {};
}

}  // namespace

Status write_json(const nlohmann::ordered_json& json, const std::string& path) {
  return write_json_text(report::json_text(json), path);
}

int report_result(const std::string& json_file, const std::function<std::string()>& text,
                  const std::function<std::string()>& json_text) {
  if (const auto usable = check_json_target(json_file); !usable) return report_error(usable.error());
  if (json_file != "-") fmt::print("{}", text());
  if (json_file.empty()) return done;
  const auto written = write_json_text(json_text(), json_file);
  return written ? done : report_error(written.error());
}

int answer(const std::string& json_file, const std::function<void()>& print,
           const std::function<nlohmann::ordered_json()>& json) {
  if (const auto usable = check_json_target(json_file); !usable) return report_error(usable.error());
  if (json_file != "-") print();
  if (json_file.empty()) return done;
  const auto written = write_json(json(), json_file);
  return written ? done : report_error(written.error());
}

}  // namespace joulecast::cli
