#include "bind/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace joulecast::python {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view letters_and_joints = "abcdefghijklmnopqrstuvwxyz_-";

/// Advice about a command's output has no meaning for a program that tells its progress itself.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> other_advice{{
    {"--epoch-regex or --step-regex say how the output names them", "run.epochs and run.steps tell of them"},
    {"--epoch-regex or --step-regex say how it is named", "run.epochs and run.steps tell of it"},
    {"it is measured, and shown only here", "it is measured, and only this program knows it (run.energy)"},
    {"--max-size or JOULECAST_MAX_SIZE", "JOULECAST_MAX_SIZE"},
    {"as with --for 5m", "as with seconds=300"},
    {"--epochs says", "epochs= says"},
    {"--steps says", "steps= says"},
    {"for joulecast predict --start … --facility", "for joulecast.predict(…, start=…, facility=…)"},
    {"'joulecast model' lists the known ones", "joulecast.known_networks() lists them"},
}};

void replace_all(std::string& text, std::string_view old, std::string_view replacement) {
  for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + replacement.size()))
    text.replace(at, old.size(), replacement);
}

/// Whether an option begins here: two dashes before a letter, and no word before them.
bool is_option_at(std::string_view text, std::size_t at) {
  return text.substr(at, 2) == "--" && at + 2 < text.size() &&
         letters.find(text[at + 2]) != std::string_view::npos &&
         (at == 0 || text[at - 1] == ' ' || text[at - 1] == '(' || text[at - 1] == '\n');
}

/// The word after an option, if it is a value: NAME, 3x224x224, dataset=...
std::string_view value_at(std::string_view text) {
  if (text.empty() || text.front() != ' ') return {};
  const auto word = text.substr(1, text.find_first_of(" \n,;:)", 1) - 1);
  const bool placeholder = word.size() > 1 && word.find_first_not_of(capitals) == std::string_view::npos;
  return placeholder || word.find_first_of("=0123456789") != std::string_view::npos ? word
                                                                                    : std::string_view{};
}

/// ="dataset=...", and =NAME for a placeholder.
std::string as_in_a_call(std::string_view value) {
  if (value.empty()) return {};
  const bool placeholder = value.find_first_not_of(capitals) == std::string_view::npos;
  return placeholder ? fmt::format("={}", value) : fmt::format("=\"{}\"", value);
}

}  // namespace

std::string argument_of(std::string_view field) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> renamed{
      {{"input", "input_shape"},
       {"dimension", "dimensions"},
       {"method", "methods"},
       {"tag", "tags"},
       {"sensor", "sensors"},
       {"stop_if_projected", "stop_if"}}};
  std::string name(field);
  std::ranges::replace(name, '-', '_');
  const auto* const found =
      std::ranges::find(renamed, name, &std::pair<std::string_view, std::string_view>::first);
  return found == renamed.end() ? name : std::string(found->second);
}

std::string in_python_words(std::string_view original) {
  std::string text(original);
  for (const auto& [advice, other] : other_advice) replace_all(text, advice, other);
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = std::string_view(text).substr(at);
    if (const auto close = rest.find('`', 1); rest.front() == '`' && close != std::string_view::npos) {
      const auto quoted = rest.substr(1, close - 1);
      const bool field =
          !quoted.empty() && quoted.find_first_not_of(letters_and_joints) == std::string_view::npos;
      result += field ? argument_of(quoted) : std::string(rest.substr(0, close + 1));
      at += close + 1;
    } else if (is_option_at(text, at)) {
      const auto end = std::min(rest.find_first_not_of(letters_and_joints, 2), rest.size());
      const auto value = value_at(rest.substr(end));
      result += argument_of(rest.substr(2, end - 2)) + as_in_a_call(value);
      at += end + (value.empty() ? 0 : value.size() + 1);
    } else {
      result += text[at++];
    }
  }
  return result;
}

}  // namespace joulecast::python
