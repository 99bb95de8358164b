// The commands' declarations as plain values. Shell completions and the manual page are made from them.
#pragma once

#include <string>
#include <vector>

namespace joulecast::cli {

/// An option, or a positional if it has no names.
struct OptionDescription {
  std::vector<std::string> names;  ///< as typed: "-o", "--output"
  std::string value;               ///< placeholder of its value, "FILE"; "" for a flag
  bool value_may_be_left_out = false;
  bool number = false;  ///< the value is a number
  bool required = false;
  bool repeated = false;             ///< takes several values
  std::vector<std::string> choices;  ///< all possible values; empty = no fixed list
  std::string open_choice;           ///< one that goes on as the user likes: "exec:..."; "" if there is none
  std::string default_value;         ///< "" if the help shows none
  /// Environment variable that can set it; "" = none.
  std::string environment;
  std::string help;
};

struct CommandDescription {
  std::string name;
  std::string summary;
  std::string section;  ///< heading in the list of commands
  std::string footer;   ///< text below the options
  /// Its own options are followed by another program's command line.
  bool runs_a_command = false;
  std::vector<OptionDescription> options;
  std::vector<OptionDescription> positionals;
  std::vector<CommandDescription> commands;
};

/// "[OPTIONS] RUN [TAG...]": the arguments after a command's name.
[[nodiscard]] std::string usage_of(const CommandDescription& command);

}  // namespace joulecast::cli
