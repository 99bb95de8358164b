// The options and positionals of a command, as its file declares them. Hides the option parser: its header
// costs seconds in every file that includes it, so arguments.cpp is the only one that does.
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

/// Where the value of an option goes. What the variable holds beforehand is the default.
using Target =
    std::variant<bool*, int*, std::int64_t*, std::uint64_t*, double*, std::string*, std::filesystem::path*,
                 std::optional<int>*, std::optional<std::int64_t>*, std::optional<double>*,
                 std::optional<std::string>*, std::vector<int>*, std::vector<double>*,
                 std::vector<std::string>*, std::vector<std::filesystem::path>*>;

/// One declared option: refines it, in a chain. A copy refers to the same option.
class Option {
 public:
  Option& required();
  /// The help shows the value that the variable holds now.
  Option& show_default();
  /// The help shows this as the default; a bare `--option` means it as well.
  Option& show_default(const std::string& text);
  Option& type_name(const std::string& name);
  /// This environment variable stands in where the option is not given.
  Option& environment(const std::string& variable);
  /// One word holds several values: --gpu 0,1.
  Option& delimiter(char separator);
  /// Each mention of the option takes one value, so that a positional may follow it.
  Option& one_value_each();
  /// `--option` and `--option VALUE` are both right.
  Option& value_may_be_left_out();
  /// Not in the help: for our own use.
  Option& hidden();
  Option& needs(const Option& other);
  Option& excludes(const Option& other);

  // Checks of a value, with a message for people.
  Option& one_of(const std::vector<std::string>& values);
  Option& between(double low, double high);
  Option& whole_between(int low, int high);
  Option& above_zero();
  Option& not_below_zero();

  /// How often it was given; after parsing.
  [[nodiscard]] std::size_t count() const;

 private:
  friend class Arguments;
  explicit Option(void* option) : option_(option) {}
  void* option_;
};

/// Declares the arguments of one command. A copy refers to the same command.
class Arguments {
 public:
  /// "--output,-o" is an option, "TABLE" a positional.
  template <class T>
  Option add_option(const std::string& names, T& value, const std::string& help = "") {
    return bind(names, Target(&value), help);
  }
  /// "--quiet,-q" sets the variable, "!--no-watch" clears it.
  Option add_flag(const std::string& names, bool& value, const std::string& help);
  /// What follows the first positional belongs to it, options too: `run -- python train.py --epochs 3`.
  void positionals_at_end();
  /// Text below the help.
  void footer(const std::string& text);
  /// The command is not in the help: for our own use.
  void hidden();

  /// A command of its own below this one; exactly one of them has to be given.
  Arguments add_command(std::string_view name, std::string_view summary, std::string_view section = "");
  /// What to do once parsing has met this command.
  void when_given(std::function<void()> action);

 private:
  friend class CommandLine;
  explicit Arguments(void* app) : app_(app) {}
  Option bind(const std::string& names, Target target, const std::string& help);
  void* app_;
};

/// The whole command line: parses what its commands have declared.
class CommandLine {
 public:
  CommandLine(const std::string& program, const std::string& summary, const std::string& version);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  [[nodiscard]] Arguments top();

  struct Outcome {
    bool answered = false;                 ///< --help or --version: printed, nothing is left to do
    std::optional<std::string> problem{};  ///< why the arguments cannot be used
  };
  /// Fills the variables and calls the actions of the commands that were given.
  [[nodiscard]] Outcome parse(int argc, char** argv);
  /// All that was declared, without what is hidden.
  [[nodiscard]] CommandDescription describe() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::cli
