#include "cli/support/command.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/roots.hpp"

namespace joulecast::cli {

int report_error(const Error& error) {
  fmt::print(stderr, "joulecast: {}\n", to_string(error));
  return error.kind == ErrorKind::malformed || error.kind == ErrorKind::invalid ? unusable : failed;
}

Status write_json(const nlohmann::ordered_json& json, const std::string& path) {
  // A name in another encoding must not lose the whole answer: replace what is not UTF-8.
  const auto text = json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  if (path != "-") return write_file(path, text);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0) return fail(ErrorKind::retry, "standard output", "cannot write");
  return {};
}

}  // namespace joulecast::cli
