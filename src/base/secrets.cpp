#include "base/secrets.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/secret_assignments.hpp"
#include "base/secret_forms.hpp"
#include "base/secret_programs.hpp"
#include "base/secret_text.hpp"
#include "base/text.hpp"

namespace joulecast {
namespace {

/// The name of an option whose value is the next word; "" for any other word.
std::string_view option_name(std::string_view word) {
  const bool option = word.size() > 1 && word.front() == '-' && word.find('=') == std::string_view::npos;
  return option ? word : std::string_view{};
}

/// `"password":` and `Authorization:` announce their value, too.
std::string_view announced_name(std::string_view word) {
  if (!word.ends_with(':')) return {};
  word.remove_suffix(1);
  const auto name = word.find_first_not_of("{'\"");
  if (name == std::string_view::npos) return {};
  word.remove_prefix(name);
  const bool quoted = !word.empty() && is_quote(word.back());
  while (!word.empty() && is_quote(word.back())) word.remove_suffix(1);
  // "my token: hello" is a sentence.
  const bool is_plain = equals_ignoring_case(word, "key") || equals_ignoring_case(word, "token");
  return is_plain && name == 0 && !quoted ? std::string_view{} : word;
}

void hide_in(std::vector<std::string>& words);

/// Where the word of a script that begins here ends. What stands between quotes belongs to it.
std::size_t end_of_word(std::string_view script, std::size_t at) {
  while (at < script.size() && !is_blank(script[at]) && script[at] != ';') {
    if (is_quote(script[at])) {
      const auto end = end_of_quoted(script, at + 1, script[at]);
      if (end < script.size()) at = end;  // else an apostrophe
    }
    ++at;
  }
  return at;
}

void hide_in_text(std::string& text);

/// `--header='Authorization: X'`, or what is quoted as a whole.
void hide_in_quoted(std::string& word) {
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (!is_quote(word[at])) continue;
    const auto end = end_of_quoted(word, at + 1, word[at]);
    if (end >= word.size()) continue;
    auto inner = word.substr(at + 1, end - at - 1);
    hide_in_text(inner);
    word.replace(at + 1, end - at - 1, inner);
    at += inner.size() + 1;
  }
}

/// A word that holds several: the script of `sh -c`, a JSON text.
void hide_in_script(std::string& script) {
  std::string out;
  std::vector<std::string> words, gaps{""};
  const auto flush = [&] {
    hide_in(words);
    for (std::size_t i = 0; i < words.size(); ++i) out += gaps[i] + words[i];
    out += gaps.size() > words.size() ? gaps.back() : "";
    words.clear();
    gaps.assign(1, "");
  };
  for (std::size_t at = 0; at < script.size();) {
    if (is_blank(script[at]) || script[at] == ';') {
      if (gaps.size() == words.size()) gaps.emplace_back();
      gaps.back() += script[at];
      if (script[at] == ';') flush();  // the next command
      ++at;
    } else {
      const auto end = end_of_word(script, at);
      words.push_back(script.substr(at, end - at));
      at = end;
    }
  }
  flush();
  script = std::move(out);
}

/// A word that stands alone, or is quoted in another.
void hide_in_text(std::string& text) {
  if (hide_header(text)) return;
  hide_assignments(text);
  hide_forms(text);
  const bool has_words =
      std::ranges::any_of(text, is_blank) && std::ranges::any_of(text, [](char c) { return !is_blank(c); });
  if (!has_words) return;
  const auto begin = text.find_first_not_of(" \t\r\n;");
  if (begin != std::string::npos && end_of_word(text, begin) < text.find_last_not_of(" \t\r\n;") + 1)
    hide_in_script(text);
  else
    hide_in_quoted(text);
}

/// Behind these, a word may be the name of a value that follows.
constexpr auto setters =
    std::to_array<std::string_view>({"set", "modify", "config", "--set", "-genv", "-env", "--setenv"});

bool names_user(std::string_view option) {
  return option == "--user" || option == "--login" || option == "--userpwd" || option == "--username";
}

/// `--user me:X`, but not the numbers of a user and a group.
void hide_password_of_user(std::string& word) {
  const auto colon = word.find(':');
  if (colon == std::string::npos || colon == 0 || word.find('/') != std::string::npos) return;
  if (word.find_first_not_of("0123456789:") == std::string::npos || colon + 1 == word.size()) return;
  word.replace(colon + 1, word.npos, hidden_secret);
}

void hide_in(std::vector<std::string>& words) {
  hide_piped_password(words);
  std::string name;  // says that the next word is a secret
  ProgramOptions of_program;
  bool sets_names = false;
  for (auto& word : words) {
    const auto announced = std::exchange(name, {});
    const bool announced_user = names_user(announced);
    // kaggle config set -n NAME -v X
    if (sets_names && names_secret(announced) && word.size() == 2 && word.front() == '-' && word[1] != '-') {
      name = announced;
      continue;
    }
    if (!announced.empty() && !word.starts_with("--") && is_secret(announced, word)) {
      if (is_scheme(word))
        name = announced;
      else
        hide_value(word);
      continue;
    }
    if (std::ranges::none_of(word, is_blank) && of_program.hide_in(word)) continue;
    name = !option_name(word).empty() ? option_name(word) : announced_name(word);
    // aws configure set NAME X, dvc remote modify REMOTE NAME X
    if (sets_names && !word.starts_with('-') && word.find('=') == std::string::npos && names_secret(word))
      name = word;
    sets_names = sets_names || std::ranges::find(setters, word) != setters.end();
    if (announced_user) hide_password_of_user(word);
    hide_in_text(word);
  }
}

}  // namespace

std::vector<std::string> without_secrets(std::vector<std::string> command) {
  hide_in(command);
  return command;
}

std::string without_secrets(std::string text) {
  hide_in_text(text);
  return text;
}

std::map<std::string, std::string> without_secrets(std::map<std::string, std::string> values) {
  for (auto& [name, value] : values)
    value = is_secret(name, value) ? std::string(hidden_secret) : without_secrets(std::move(value));
  return values;
}

}  // namespace joulecast
