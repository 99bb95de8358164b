// What the commands have declared, as plain values: shell completions and the manual page are made of them.
#pragma once

#include <string>
#include <vector>

namespace joulecast::cli {

/// An option, or a positional where it has no names.
struct OptionDescription {
  std::vector<std::string> names;  ///< as typed: "-o", "--output"
  std::string value;               ///< what stands for its value, "FILE"; "" for a flag
  bool value_may_be_left_out = false;
  bool number = false;  ///< the value is a number
  bool required = false;
  bool repeated = false;             ///< takes several values
  std::vector<std::string> choices;  ///< all values that it takes; empty = not a fixed list
  std::string default_value;         ///< "" where the help names none
  std::string environment;           ///< variable that stands in for it; "" = none
  std::string help;
};

struct CommandDescription {
  std::string name;
  std::string summary;
  std::string section;          ///< heading in the list of commands
  std::string footer;           ///< text below the options
  bool runs_a_command = false;  ///< what follows its own options is another program's command line
  std::vector<OptionDescription> options;
  std::vector<OptionDescription> positionals;
  std::vector<CommandDescription> commands;
};

/// "[OPTIONS] RUN [TAG...]": what follows a command's name.
[[nodiscard]] std::string usage_of(const CommandDescription& command);

}  // namespace joulecast::cli
