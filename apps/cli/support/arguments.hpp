// The options and positionals of a command, as its file declares them. This header hides the option parser:
// the parser's own header takes seconds to compile, so only arguments.cpp includes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/support/description.hpp"

namespace joulecast::cli {

/// The variable that receives the value of an option. Its initial value is the default.
using Target =
    std::variant<bool*, int*, std::int64_t*, std::uint64_t*, double*, std::string*, std::filesystem::path*,
                 std::optional<int>*, std::optional<std::int64_t>*, std::optional<double>*,
                 std::optional<std::string>*, std::vector<int>*, std::vector<double>*,
                 std::vector<std::string>*, std::vector<std::filesystem::path>*>;

/// One declared option. The methods refine it and can be chained. Copies refer to the same option.
class Option {
 public:
  Option& required();
  /// Shows the variable's current value in the help.
  Option& show_default();
  /// Shows this default in the help. A bare `--option` means the same value.
  Option& show_default(const std::string& text);
  Option& type_name(const std::string& name);
  /// Reads the value from this environment variable if the option is not given.
  Option& environment(const std::string& variable);
  /// Splits one argument into several values: --gpu 0,1.
  Option& delimiter(char separator);
  /// Takes one value each time the option is given, so that a positional may follow it.
  Option& one_value_each();
  /// Accepts both `--option` and `--option VALUE`.
  Option& value_may_be_left_out();
  /// Hides the option from the help; for internal use.
  Option& hidden();
  Option& needs(const Option& other);
  Option& excludes(const Option& other);

  // Checks of a value, with a message for the user.
  Option& one_of(const std::vector<std::string>& values);
  /// Also takes texts that go on after this beginning: "exec:COMMAND".
  Option& one_of(const std::vector<std::string>& values, const std::string& or_beginning);
  Option& between(double low, double high);
  Option& whole_between(int low, int high);
  Option& above_zero();
  Option& not_below_zero();

  /// How often the option was given; valid after parsing.
  [[nodiscard]] std::size_t count() const;

 private:
  friend class Arguments;
  explicit Option(void* option) : option_(option) {}
  void* option_;
};

/// Declares the arguments of one command. Copies refer to the same command.
class Arguments {
 public:
  /// "--output,-o" is an option, "TABLE" a positional.
  template <class T>
  Option add_option(const std::string& names, T& value, const std::string& help = "") {
    return bind(names, Target(&value), help);
  }
  /// "--quiet,-q" sets the variable, "!--no-watch" clears it.
  Option add_flag(const std::string& names, bool& value, const std::string& help);
  /// The words of another command, as they are: what follows `--`, or begins with the first word that is no
  /// option of this command: `run -- python train.py --epochs 3`. Without any, `words` is empty.
  void add_command_to_run(const std::string& name, std::vector<std::string>& words, const std::string& help);
  /// Text below the help.
  void footer(const std::string& text);
  /// Hides the command from the help; for internal use.
  void hidden();

  /// Adds a subcommand. The user must give exactly one of the subcommands.
  Arguments add_command(std::string_view name, std::string_view summary, std::string_view section = "");
  /// The action to run if the command line has this command.
  void when_given(std::function<void()> action);

 private:
  friend class CommandLine;
  explicit Arguments(void* app) : app_(app) {}
  Option bind(const std::string& names, Target target, const std::string& help);
  void* app_;
};

/// The whole command line. Parses the arguments that its commands have declared.
class CommandLine {
 public:
  CommandLine(const std::string& program, const std::string& summary, const std::string& version);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  [[nodiscard]] Arguments top();

  struct Outcome {
    /// --help or --version was printed and nothing is left to do.
    bool answered = false;
    /// Why the arguments are invalid.
    std::optional<std::string> problem{};
  };
  /// Sets the variables and runs the actions of the commands that were given.
  [[nodiscard]] Outcome parse(int argc, char** argv);
  /// Everything that was declared and is not hidden.
  [[nodiscard]] CommandDescription describe() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::cli
