// Shell completions, generated from what the commands declare.
#pragma once

#include <string>

#include "cli/support/description.hpp"

namespace joulecast::cli {

/// A script to be sourced, or installed in the shell's completion folder. Options, fixed values, files and
/// the stored runs are completed.
[[nodiscard]] std::string bash_completion(const CommandDescription& program);
[[nodiscard]] std::string zsh_completion(const CommandDescription& program);
[[nodiscard]] std::string fish_completion(const CommandDescription& program);

}  // namespace joulecast::cli
