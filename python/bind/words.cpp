#include "bind/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace joulecast::python {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view letters_and_joints = "abcdefghijklmnopqrstuvwxyz_-";

/// Advice about a command's output has no meaning for a program that tells its progress itself.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> other_advice{{
    {"--epoch-regex or --step-regex say how the output names them", "run.epochs and run.steps tell of them"},
    {"--epoch-regex or --step-regex say how it is named", "run.epochs and run.steps tell of it"},
    {"--max-size or JOULECAST_MAX_SIZE", "JOULECAST_MAX_SIZE"},
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
    if (text[at] == '`') {
      const auto close = text.find('`', at + 1);
      if (close == std::string::npos) return result + text.substr(at);
      const auto quoted = std::string_view(text).substr(at + 1, close - at - 1);
      const bool field =
          !quoted.empty() && quoted.find_first_not_of(letters_and_joints) == std::string_view::npos;
      result += field ? argument_of(quoted) : text.substr(at, close - at + 1);
      at = close + 1;
    } else if (is_option_at(text, at)) {
      const auto end = std::min(text.find_first_not_of(letters_and_joints, at + 2), text.size());
      result += argument_of(std::string_view(text).substr(at + 2, end - at - 2));
      // An argument that gets a value stands as in a call: only dataset=... -> only="dataset=..."
      if (end < text.size() && text[end] == ' ' && text.find('=', end) < text.find(' ', end + 1)) {
        const auto last = std::min(text.find(' ', end + 1), text.size());
        result += "=\"" + text.substr(end + 1, last - end - 1) + "\"";
        at = last;
      } else {
        at = end;
      }
    } else {
      result += text[at++];
    }
  }
  return result;
}

}  // namespace joulecast::python
