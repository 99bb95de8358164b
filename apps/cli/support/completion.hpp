// Shell completions, generated from the commands' declarations.
#pragma once

#include <string>

#include "cli/support/description.hpp"

namespace joulecast::cli {

/// A script to be sourced or installed in the shell's completion folder. It completes options, fixed values,
/// files and stored runs.
[[nodiscard]] std::string bash_completion(const CommandDescription& program);
[[nodiscard]] std::string zsh_completion(const CommandDescription& program);
[[nodiscard]] std::string fish_completion(const CommandDescription& program);

}  // namespace joulecast::cli
