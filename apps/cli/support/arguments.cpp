#include "cli/support/arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace joulecast::cli {
namespace {

/// A command of ours. One that runs another command takes that one's words out of the parser's reach.
class App : public CLI::App {
 public:
  using CLI::App::App;
  std::vector<std::string>* command = nullptr;  ///< receives the words of the command to run
};

App& app_of(void* app) {
  return *static_cast<App*>(app);
}
CLI::Option& option_of(void* option) {
  return *static_cast<CLI::Option*>(option);
}

// The parser reads "[a,b]" as two values, ends a command at "++", and takes the next word as the value of
// "--name=". Such words end with this when it gets them: no word of a command line can hold it.
constexpr char word_as_it_is = '\0';

/// A word in the form in which the parser leaves it alone.
std::string kept_from_parser(std::string word) {
  const auto sign = word.starts_with("--") ? word.find('=') : std::string::npos;
  const auto value = std::string_view(word).substr(sign == std::string::npos ? 0 : sign + 1);
  const bool is_list = value.starts_with('[') && value.ends_with(']');
  const bool is_empty = sign != std::string::npos && value.empty();
  if (is_list || is_empty || value == "++") word += word_as_it_is;
  return word;
}

/// A check that gives a word back its own form. The empty value of an option is most often a variable that is
/// not set, and the parser would take it for an option that was not given. What an empty positional means is
/// for its command to say, and a training is not held up for a name that is not set.
CLI::Validator own_form(const App& app, bool is_positional) {
  return {[&app, is_positional](std::string& word) {
            if (word.ends_with(word_as_it_is)) word.pop_back();
            const bool may_be_empty = is_positional || app.command != nullptr;
            return std::string(word.empty() && !may_be_empty ? "the value is empty" : "");
          },
          ""};
}

/// Whether the word is an option whose value is the next word.
bool takes_next_word(const App& app, std::string_view word) {
  const bool is_long = word.starts_with("--");
  if (is_long && word.find('=') != std::string_view::npos) return false;
  const auto* option = app.get_option_no_throw(std::string(is_long ? word : word.substr(0, 2)));
  const bool has_value = option != nullptr && option->get_items_expected_min() > 0;
  return has_value && (is_long || word.size() == 2);
}

/// Where the command to run begins: behind "--", or at the first word that is neither an option nor its
/// value.
std::size_t begin_of_command(const App& app, const std::vector<std::string>& words, std::size_t at) {
  for (; at < words.size(); ++at) {
    const auto& word = words[at];
    if (word == "--" || word.size() < 2 || word.front() != '-') return at;
    if (takes_next_word(app, word)) ++at;
  }
  return words.size();
}

/// The command that the words name, and how many of them name it.
std::pair<App*, std::size_t> named_command(App& top, const std::vector<std::string>& words) {
  App* app = &top;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const auto below = app->get_subcommands([&](const CLI::App* one) { return one->check_name(words[at]); });
    if (below.empty()) return {app, at};
    app = &app_of(below.front());
  }
  return {app, words.size()};
}

/// A check for numbers. `name` appears in the help.
CLI::Validator number_check(const char* name, bool (*holds)(double), const char* complaint) {
  return {[holds, complaint](std::string& text) {
            const auto value = parse_double(text);
            return value && holds(*value) ? std::string() : fmt::format("'{}' is not {}", text, complaint);
          },
          name};
}

/// The parser shows a fixed list of values as "TEXT:{warn,term}".
std::vector<std::string> choices_of(const std::string& type) {
  const auto begin = type.find(":{");
  const auto end = type.rfind('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  const auto list = type.substr(begin + 2, end - begin - 2);
  const auto values = split(list, ',');
  return {values.begin(), values.end()};
}

OptionDescription describe_option(const CLI::Option& option) {
  const auto type = option.get_type_name();
  const auto kind = type.substr(0, type.find(':'));
  OptionDescription described;
  for (const auto& name : option.get_snames()) described.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) described.names.push_back("--" + name);
  if (option.get_positional())
    described.value = option.get_name(true);
  else if (option.get_type_size() != 0)
    described.value = kind;
  std::erase_if(described.value, [](char c) { return c == '[' || c == ']'; });
  described.value_may_be_left_out = option.get_expected_min() == 0 && !described.value.empty();
  described.number = kind == "INT" || kind == "UINT" || kind == "FLOAT";
  described.required = option.get_required();
  described.repeated = option.get_expected_max() == CLI::detail::expected_max_vector_size;
  described.choices = choices_of(type);
  const auto open = std::ranges::find_if(described.choices,
                                         [](const std::string& choice) { return choice.ends_with("..."); });
  if (open != described.choices.end()) {
    described.open_choice = *open;
    described.choices.erase(open);
  }
  if (!described.value.empty()) described.default_value = option.get_default_str();
  described.environment = option.get_envname();
  described.help = option.get_description();
  return described;
}

CommandDescription describe_command(const CLI::App& app) {
  CommandDescription described;
  described.name = app.get_name();
  described.summary = app.get_description();
  described.section = app.get_group();
  described.footer = app.get_footer();
  described.runs_a_command = app.get_positionals_at_end();
  for (const auto* option : app.get_options())
    if (!option->get_group().empty())
      (option->get_positional() ? described.positionals : described.options)
          .push_back(describe_option(*option));
  for (const auto* command :
       app.get_subcommands([](const CLI::App* below) { return !below->get_group().empty(); }))
    described.commands.push_back(describe_command(*command));
  return described;
}

}  // namespace

Option& Option::required() {
  option_of(option_).required();
  return *this;
}
Option& Option::show_default() {
  option_of(option_).capture_default_str();
  return *this;
}
Option& Option::show_default(const std::string& text) {
  option_of(option_).default_str(text);
  return *this;
}
Option& Option::type_name(const std::string& name) {
  option_of(option_).type_name(name);
  return *this;
}
Option& Option::environment(const std::string& variable) {
  option_of(option_).envname(variable);
  return *this;
}
Option& Option::delimiter(char separator) {
  option_of(option_).delimiter(separator);
  return *this;
}
Option& Option::one_value_each() {
  option_of(option_).allow_extra_args(false);
  return *this;
}
Option& Option::value_may_be_left_out() {
  option_of(option_).expected(0, 1);
  return *this;
}
Option& Option::hidden() {
  option_of(option_).group("");
  return *this;
}
Option& Option::needs(const Option& other) {
  option_of(option_).needs(&option_of(other.option_));
  return *this;
}
Option& Option::excludes(const Option& other) {
  option_of(option_).excludes(&option_of(other.option_));
  return *this;
}
Option& Option::one_of(const std::vector<std::string>& values) {
  option_of(option_).check(CLI::IsMember(values));
  return *this;
}
Option& Option::one_of(const std::vector<std::string>& values, const std::string& or_beginning) {
  const auto all = fmt::format("{{{},{}...}}", fmt::join(values, ","), or_beginning);
  const auto check = [values, or_beginning, all](const std::string& text) {
    const bool begins = text.starts_with(or_beginning) && text.size() > or_beginning.size();
    const bool known = begins || std::ranges::find(values, text) != values.end();
    return known ? std::string() : fmt::format("{} not in {}", text, all);
  };
  option_of(option_).check(CLI::Validator(check, all));
  return *this;
}
Option& Option::between(double low, double high) {
  option_of(option_).check(CLI::Range(low, high));
  return *this;
}
Option& Option::whole_between(int low, int high) {
  option_of(option_).check(CLI::Range(low, high));
  return *this;
}
Option& Option::above_zero() {
  option_of(option_).check(number_check(
      "ABOVE 0", [](double value) { return value > 0; }, "a number above 0"));
  return *this;
}
Option& Option::not_below_zero() {
  option_of(option_).check(number_check(
      "0 OR ABOVE", [](double value) { return value >= 0; }, "0 or a number above it"));
  return *this;
}
std::size_t Option::count() const {
  return option_of(option_).count();
}

Option Arguments::bind(const std::string& names, Target target, const std::string& help) {
  const bool is_positional = !names.starts_with('-');
  return Option(std::visit(
      [&](auto* value) {
        return app_of(app_).add_option(names, *value, help)->transform(own_form(app_of(app_), is_positional));
      },
      target));
}
Option Arguments::add_flag(const std::string& names, bool& value, const std::string& help) {
  return Option(app_of(app_).add_flag(names, value, help));
}
void Arguments::add_command_to_run(const std::string& name, std::vector<std::string>& words,
                                   const std::string& help) {
  app_of(app_).add_option(name, words, help);
  app_of(app_).positionals_at_end();
  app_of(app_).command = &words;
}
void Arguments::footer(const std::string& text) {
  app_of(app_).footer(text);
}
void Arguments::hidden() {
  app_of(app_).group("");
}
Arguments Arguments::add_command(std::string_view name, std::string_view summary, std::string_view section) {
  app_of(app_).require_subcommand(1);
  const auto command = std::make_shared<App>(std::string(summary), std::string(name));
  command->formatter(app_of(app_).get_formatter());
  app_of(app_).add_subcommand(command);
  command->group(section.empty() ? app_of(app_).get_group() : std::string(section));
  return Arguments(command.get());
}
void Arguments::when_given(std::function<void()> action) {
  app_of(app_).callback(std::move(action));
}

struct CommandLine::State {
  App app;
};

CommandLine::CommandLine(const std::string& program, const std::string& summary, const std::string& version)
    : state_(std::make_unique<State>()) {
  constexpr int help_column = 34;
  auto& app = state_->app;
  app.description(summary);
  app.name(program);
  app.set_version_flag("--version", program + " " + version);
  app.get_formatter()->column_width(help_column);
}
CommandLine::~CommandLine() = default;

Arguments CommandLine::top() {
  return Arguments(&state_->app);
}

CommandLine::Outcome CommandLine::parse(int argc, char** argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const auto [app, named] = named_command(state_->app, words);
  if (app->command != nullptr) {
    auto begin = words.begin() + static_cast<std::ptrdiff_t>(begin_of_command(*app, words, named));
    const auto end = begin;
    if (begin != words.end() && *begin == "--") ++begin;
    app->command->assign(begin, words.end());
    words.erase(end, words.end());
  }
  std::ranges::transform(words, words.begin(), kept_from_parser);
  std::ranges::reverse(words);  // as the parser takes them
  try {
    state_->app.parse(std::move(words));
  } catch (const CLI::Success& asked) {
    state_->app.exit(asked);
    return {.answered = true};
  } catch (const CLI::ParseError& error) {
    std::string problem = error.what();
    std::erase(problem, word_as_it_is);
    return {.problem = std::move(problem)};
  }
  return {};
}

CommandDescription CommandLine::describe() const {
  return describe_command(state_->app);
}

}  // namespace joulecast::cli
