// What the commands that serve have in common: `joulecast exporter` and `joulecast serve`.
#pragma once

#include <functional>
#include <string>

#include "cli/support/arguments.hpp"
#include "serve/service.hpp"

namespace joulecast::cli {

/// Declares the options of a command that serves this scope until it is asked to end, and returns the
/// command. `told` is a line about an address ("http://127.0.0.1:7464") that can be used from now on.
[[nodiscard]] std::function<int()> define_service(Arguments app, serve::Scope scope,
                                                  const std::string& listen,
                                                  std::string (*told)(const std::string& url, bool has_page));

}  // namespace joulecast::cli
