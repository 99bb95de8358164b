// joulecast completion: prints a script with which a shell completes joulecast's command lines.
#include "cli/support/completion.hpp"

#include <fmt/format.h>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/program.hpp"

namespace joulecast::cli {
namespace {

int completion(const std::string& shell) {
  const auto program = describe_program();
  fmt::print("{}", shell == "bash"  ? bash_completion(program)
                   : shell == "zsh" ? zsh_completion(program)
                                    : fish_completion(program));
  return done;
}

std::function<int()> define_completion(Arguments app) {
  const auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "Whose script to print").one_of({"bash", "zsh", "fish"}).required();
  app.footer(
      "bash: joulecast completion bash > ~/.local/share/bash-completion/completions/joulecast\n"
      "zsh:  joulecast completion zsh > DIR/_joulecast, where DIR is in $fpath\n"
      "fish: joulecast completion fish > ~/.config/fish/completions/joulecast.fish");
  return [shell] { return completion(*shell); };
}

}  // namespace

extern const Command completion_command{"completion", "Print a script for shell completion", "Shell",
                                        define_completion};

}  // namespace joulecast::cli
