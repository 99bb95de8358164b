#include "base/secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/secret_programs.hpp"
#include "base/text.hpp"

namespace joulecast {
namespace {

bool is_alphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_quote(char c) {
  return c == '"' || c == '\'';
}

/// Name and least length of the rest.
struct TokenForm {
  std::string_view beginning;
  std::size_t least;
};
constexpr std::array token_forms{
    TokenForm{"hf_", 16},     TokenForm{"sk-", 16},         TokenForm{"ghp_", 16},
    TokenForm{"gho_", 16},    TokenForm{"ghs_", 16},        TokenForm{"ghu_", 16},
    TokenForm{"ghr_", 16},    TokenForm{"github_pat_", 16}, TokenForm{"glpat-", 16},
    TokenForm{"xoxb-", 10},   TokenForm{"xoxp-", 10},       TokenForm{"AKIA", 16},
    TokenForm{"ASIA", 16},    TokenForm{"wandb_v1_", 16},   TokenForm{"AIza", 30},
    TokenForm{"eyJ", 30},     TokenForm{"pypi-", 30},       TokenForm{"npm_", 30},
    TokenForm{"dop_v1_", 30}, TokenForm{"nvapi-", 16},      TokenForm{"gsk_", 16},
    TokenForm{"r8_", 16},     TokenForm{"ya29.", 16}};

bool belongs_to_token(char c) {
  return is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
}

void hide_token_forms(std::string& text) {
  for (const auto& form : token_forms)
    for (auto at = text.find(form.beginning); at != std::string::npos;
         at = text.find(form.beginning, at + 1)) {
      if (at > 0 && is_alphanumeric(text[at - 1])) continue;
      const auto rest = at + form.beginning.size();
      auto end = rest;
      while (end < text.size() && belongs_to_token(text[end])) ++end;
      const auto has_digit = std::any_of(
          text.begin() + static_cast<std::ptrdiff_t>(rest), text.begin() + static_cast<std::ptrdiff_t>(end),
          [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
      if (end - rest >= form.least && has_digit) text.replace(rest, end - rest, hidden_secret);
    }
}

/// What follows in an address is a secret, up to one of these signs.
struct SecretPath {
  std::string_view beginning, ends;
  std::size_t least;
};
constexpr std::array secret_paths{
    SecretPath{"hooks.slack.com/services/", "", 1},    SecretPath{"discord.com/api/webhooks/", "", 1},
    SecretPath{"discordapp.com/api/webhooks/", "", 1}, SecretPath{"webhook.office.com/webhookb2/", "", 1},
    SecretPath{"api.telegram.org/bot", "/", 1},        SecretPath{"/t/", "/", 10}};  // channels of conda

void hide_paths(std::string& text) {
  if (text.find("://") == std::string::npos && text.find(".com/") == std::string::npos) return;
  for (const auto& path : secret_paths)
    for (auto at = text.find(path.beginning); at != std::string::npos;
         at = text.find(path.beginning, at + 1)) {
      const auto begin = at + path.beginning.size();
      const auto ends = std::string(path.ends) + "?\"' \t\r\n)";
      const auto end = std::min(text.find_first_of(ends, begin), text.size());
      const bool has_end = path.ends.empty() || (end < text.size() && text[end] == '/');
      if (end - begin >= path.least && has_end) text.replace(begin, end - begin, hidden_secret);
    }
}

/// ://user:password@ of an address whose password has an @ or a / itself.
void hide_passwords_of_addresses(std::string& text) {
  for (auto scheme = text.find("://"); scheme != std::string::npos; scheme = text.find("://", scheme + 1)) {
    const auto begin = scheme + 3;
    const auto end = std::min(text.find_first_of("\"' \t\r\n", begin), text.size());
    const auto address = std::string_view(text).substr(begin, end - begin);
    const auto colon = address.find(':');
    const auto slash = std::min(address.find_first_of("/?#"), address.size());
    if (colon >= slash) continue;
    auto host = address.substr(0, slash).rfind('@');
    const auto port = address.substr(colon + 1, slash - colon - 1);
    const bool is_port = port.find_first_not_of("0123456789") == std::string_view::npos;
    if (host == std::string_view::npos && !is_port) host = address.rfind('@');
    if (host == std::string_view::npos || host <= colon + 1) continue;
    text.replace(begin + colon + 1, host - colon - 1, hidden_secret);
  }
}

/// All between the first line of a private key and its last.
void hide_private_keys(std::string& text) {
  constexpr std::string_view first = "PRIVATE KEY-----", last = "-----END";
  for (auto at = text.find(first); at != std::string::npos; at = text.find(first, at + 1)) {
    const auto begin = at + first.size();
    if (text.rfind("-----BEGIN", at) == std::string::npos || begin >= text.size()) continue;
    const auto end = std::min(text.find(last, begin), text.size());
    text.replace(begin, end - begin, hidden_secret);
    at =
        text.find(last, begin) == std::string::npos ? text.size() : text.find(last, begin) + last.size() + 20;
    if (at >= text.size()) return;
  }
}

/// user:password@host, with or without a scheme before it, and token@host of a web address.
void hide_passwords(std::string& text) {
  for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
    auto begin = at;
    while (begin > 0 && !is_blank(text[begin - 1]) &&
           std::string_view("/'\"=,@").find(text[begin - 1]) == std::string_view::npos)
      --begin;
    if (begin == at || at + 1 >= text.size()) continue;
    if (!is_alphanumeric(text[at + 1]) && text[at + 1] != '[') continue;
    const auto before = std::string_view(text).substr(0, begin);
    const auto colon = text.find(':', begin);
    if (colon < at) {
      if ((colon == begin && !before.ends_with("://")) || colon + 1 >= at) continue;
      text.replace(colon + 1, at - colon - 1, hidden_secret);
    } else if (before.ends_with("http://") || before.ends_with("https://")) {
      text.replace(begin, at - begin, hidden_secret);
    } else {
      continue;
    }
    at = text.find('@', begin);
  }
}

constexpr std::array<std::string_view, 10> schemes{
    "bearer", "basic",  "token", "digest",    "negotiate",
    "ntlm",   "apikey", "hawk",  "signature", "aws4-hmac-sha256"};

bool is_scheme(std::string_view word) {
  return std::ranges::any_of(schemes, [&](auto scheme) { return equals_ignoring_case(scheme, word); });
}

/// The value with *** for all of it but the name of a scheme: "Bearer ***".
std::string hidden(std::string_view value) {
  const auto blank = std::min(value.find(' '), value.size());
  const bool keeps = blank < value.size() && is_scheme(value.substr(0, blank));
  return std::string(keeps ? value.substr(0, blank + 1) : "") + std::string(hidden_secret);
}

/// Where the text that begins behind a quote ends.
std::size_t end_of_quoted(std::string_view text, std::size_t begin, char quote, bool escaped) {
  for (auto at = begin; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == quote && escaped) return at;
    if (text[at] == '\\' && !escaped)
      ++at;
    else if (text[at] == quote)
      return at;
  }
  return text.size();
}

/// A name before a sign: NAME=, "NAME":, ["NAME"] =, NAME = "…
struct Assignment {
  std::string_view name;
  std::size_t value = 0, end = 0;  ///< what stands behind the sign, without its quotes
  bool name_is_quoted = false, value_is_quoted = false;
  bool of_option = false;   ///< of which the whole word is the value
  bool in_address = false;  ///< behind ? or &
  bool has_blanks = false;  ///< around the sign
};

Assignment assignment_at(std::string_view text, std::size_t sign) {
  Assignment found;
  auto end = sign;
  while (end > 0 && is_blank(text[end - 1])) --end;
  found.has_blanks = end != sign;
  if (end > 1 && text[end - 1] == ']' && is_quote(text[end - 2])) --end;
  found.name_is_quoted = end > 0 && is_quote(text[end - 1]);
  if (found.name_is_quoted) --end;
  if (found.name_is_quoted && end > 0 && text[end - 1] == '\\') --end;
  auto begin = end;
  while (begin > 0 && (belongs_to_token(text[begin - 1]) || text[begin - 1] == '+')) --begin;
  found.name = text.substr(begin, end - begin);
  found.of_option = begin == 0 || text[begin - 1] == '-' || is_blank(text[begin - 1]);
  found.in_address = begin > 0 && (text[begin - 1] == '?' || text[begin - 1] == '&');

  found.value = sign + 1;
  while (found.value < text.size() && is_blank(text[found.value])) ++found.value;
  found.has_blanks = found.has_blanks || found.value != sign + 1;
  auto at_quote = found.value;  // behind the f of f'…'
  while (at_quote < text.size() && at_quote < found.value + 2 &&
         std::string_view("fFrRbBuU").find(text[at_quote]) != std::string_view::npos)
    ++at_quote;
  if (at_quote < text.size() && is_quote(text[at_quote])) found.value = at_quote;
  const bool escaped =
      found.value + 1 < text.size() && text[found.value] == '\\' && is_quote(text[found.value + 1]);
  if (escaped) ++found.value;
  found.value_is_quoted = found.value < text.size() && is_quote(text[found.value]);
  if (found.value_is_quoted) {
    const char quote = text[found.value++];
    found.end = end_of_quoted(text, found.value, quote, escaped);
  } else {
    const bool script = std::ranges::any_of(text, is_blank);
    constexpr std::string_view ends_value = "&;,'\"}) \t\r\n", ends_word = "; \t\r\n";
    const bool whole_word = found.of_option && text[sign] == '=';
    const auto ends = !whole_word ? ends_value : script ? ends_word : "";
    found.end = std::min(text.find_first_of(ends, found.value), text.size());
  }
  return found;
}

/// Whether what stands behind the sign is a secret.
bool assigns_secret(std::string_view text, char sign, const Assignment& found) {
  constexpr std::array<std::string_view, 3> of_addresses{"sig", "signature", "hmac"};
  const auto value = text.substr(found.value, found.end - found.value);
  if (found.name.empty() || value.empty() || value.starts_with("//")) return false;
  const auto last = found.name.substr(found.name.find_last_of("-_.") + 1);
  if (found.in_address &&
      std::ranges::any_of(of_addresses, [&](auto word) { return equals_ignoring_case(word, last); }))
    return true;
  // Words of a sentence, or of a program.
  if (found.has_blanks && !found.name_is_quoted && !found.value_is_quoted) return false;
  // The parts of key:value are no names.
  const bool is_plain = equals_ignoring_case(last, "key") || equals_ignoring_case(last, "token");
  if (sign == ':' && !found.name_is_quoted && is_plain && last.size() == found.name.size()) return false;
  return is_secret(found.name, value);
}

void hide_assignments(std::string& text) {
  for (auto at = text.find_first_of("=:"); at != std::string::npos; at = text.find_first_of("=:", at + 1)) {
    const auto found = assignment_at(text, at);
    if (!assigns_secret(text, text[at], found)) continue;
    const auto hide = hidden(std::string_view(text).substr(found.value, found.end - found.value));
    at = found.value + hide.size() - 1;
    text.replace(found.value, found.end - found.value, hide);
  }
}

/// `login('X')`, `setdefault('NAME', 'X')` of a program in Python.
void hide_arguments(std::string& text) {
  const auto skip_blanks = [&](std::size_t at) {
    while (at < text.size() && is_blank(text[at])) ++at;
    return at;
  };
  for (const std::string_view call : {"login(", "setdefault(", "putenv(", "setenv("})
    for (auto at = text.find(call); at != std::string::npos; at = text.find(call, at + 1)) {
      auto begin = skip_blanks(at + call.size());
      if (begin >= text.size() || !is_quote(text[begin])) continue;
      auto end = end_of_quoted(text, begin + 1, text[begin], false);
      if (call != "login(") {
        const auto name = std::string_view(text).substr(begin + 1, end - begin - 1);
        begin = skip_blanks(std::min(end + 1, text.size()));
        if (begin >= text.size() || text[begin] != ',' || !names_secret(name)) continue;
        begin = skip_blanks(begin + 1);
        if (begin >= text.size() || !is_quote(text[begin])) continue;
        end = end_of_quoted(text, begin + 1, text[begin], false);
      }
      text.replace(begin + 1, end - begin - 1, hidden_secret);
    }
}

/// A header with a secret, also in one word with its option: all that stands behind its name. False for any
/// other text.
bool hide_header(std::string& text) {
  std::size_t begin = 0;
  for (const std::string_view option : {"-H", "--header="})
    if (text.starts_with(option)) begin = option.size();
  auto end = begin;
  while (end < text.size() && (is_alphanumeric(text[end]) || text[end] == '-' || text[end] == '_')) ++end;
  if (end == begin || end >= text.size() || text[end] != ':' || text.find('\n') != std::string::npos)
    return false;
  const auto value = text.find_first_not_of(" \t", end + 1);
  if (value == std::string::npos || text[value] == '/') return false;
  const std::string_view all = text;
  const auto name = all.substr(begin, end - begin);
  const bool one_word = begin == 0 && value == end + 1 && text.find(' ') == std::string::npos;
  if (one_word || !is_secret(name, all.substr(value))) return false;  // of one word, an assignment
  text.replace(value, text.npos, hidden(all.substr(value)));
  return true;
}

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
  while (!word.empty() && is_quote(word.back())) word.remove_suffix(1);
  return word;
}

void hide_in(std::vector<std::string>& words);

/// Where the word of a script that begins here ends. What stands between quotes belongs to it.
std::size_t end_of_word(std::string_view script, std::size_t at) {
  while (at < script.size() && !is_blank(script[at]) && script[at] != ';') {
    if (is_quote(script[at])) {
      const auto end = end_of_quoted(script, at + 1, script[at], false);
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
    const auto end = end_of_quoted(word, at + 1, word[at], false);
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
  hide_private_keys(text);
  if (hide_header(text)) return;
  hide_assignments(text);
  hide_arguments(text);
  hide_paths(text);
  hide_passwords_of_addresses(text);
  hide_passwords(text);
  hide_token_forms(text);
  const bool has_words =
      std::ranges::any_of(text, is_blank) && std::ranges::any_of(text, [](char c) { return !is_blank(c); });
  if (!has_words) return;
  const auto begin = text.find_first_not_of(" \t\r\n;");
  if (begin != std::string::npos && end_of_word(text, begin) < text.find_last_not_of(" \t\r\n;") + 1)
    hide_in_script(text);
  else
    hide_in_quoted(text);
}

void hide_in(std::vector<std::string>& words) {
  hide_piped_password(words);
  std::string name;  // says that the next word is a secret
  ProgramOptions of_program;
  std::string_view before;
  for (auto& word : words) {
    const auto announced = std::exchange(name, {});
    if (!announced.empty() && !word.starts_with("--") && is_secret(announced, word)) {
      if (is_scheme(word))
        name = announced;
      else
        hide_value(word);
      continue;
    }
    if (std::ranges::none_of(word, is_blank) && of_program.hide_in(word)) continue;
    name = !option_name(word).empty() ? option_name(word) : announced_name(word);
    if (before == "set" && word.find('=') == std::string::npos) name = word;  // aws configure set NAME X
    before = word == "set" ? "set" : "";
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
