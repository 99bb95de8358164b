#include "base/secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.hpp"

namespace joulecast {
namespace {

bool is_alphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}
bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// "api", "key" of "--api-key", "apiKey" or "API_KEY".
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  char before = '-';
  for (const char c : name) {
    const bool begins = !is_alphanumeric(before) || (is_upper(c) && !is_upper(before));
    if (is_alphanumeric(c)) {
      if (begins) words.emplace_back();
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    before = c;
  }
  return words;
}

template <std::size_t N>
bool lists(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

constexpr std::array<std::string_view, 14> secret_words{
    "password", "passwd",   "passphrase", "passcode",   "pwd",         "secret",        "secrets",
    "apikey",   "apitoken", "authtoken",  "credential", "credentials", "authorization", "accesskey"};

/// "key" is a secret alone, in capitals, or behind one of these; --sort-key is none.
constexpr std::array<std::string_view, 24> key_owners{
    "api",     "access",     "secret",  "private",     "auth",   "account",   "storage", "ssh",
    "signing", "encryption", "license", "service",     "admin",  "wandb",     "comet",   "neptune",
    "mlflow",  "clearml",    "hf",      "huggingface", "openai", "anthropic", "aws",     "azure"};

/// A token of text, not of access.
constexpr std::array<std::string_view, 20> text_tokens{
    "pad",   "eos",  "bos",   "unk", "mask", "sep", "cls", "special", "image", "audio",
    "video", "stop", "start", "end", "per",  "num", "max", "min",     "new",   "text"};

/// Name and least length of the rest.
struct TokenForm {
  std::string_view beginning;
  std::size_t least;
};
constexpr std::array token_forms{
    TokenForm{"hf_", 16},    TokenForm{"sk-", 16},         TokenForm{"ghp_", 16},
    TokenForm{"gho_", 16},   TokenForm{"ghs_", 16},        TokenForm{"ghu_", 16},
    TokenForm{"ghr_", 16},   TokenForm{"github_pat_", 16}, TokenForm{"glpat-", 16},
    TokenForm{"xoxb-", 10},  TokenForm{"xoxp-", 10},       TokenForm{"AKIA", 16},
    TokenForm{"ASIA", 16},   TokenForm{"wandb_v1_", 16},   TokenForm{"AIza", 30},
    TokenForm{"eyJ", 30},    TokenForm{"pypi-", 30},       TokenForm{"npm_", 30},
    TokenForm{"dop_v1_", 30}};

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

/// user:password@host, with or without a scheme before it.
void hide_passwords(std::string& text) {
  for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
    auto begin = at;
    while (begin > 0 && !is_blank(text[begin - 1]) &&
           std::string_view("/'\"=,@").find(text[begin - 1]) == std::string_view::npos)
      --begin;
    const auto colon = text.find(':', begin);
    if (colon == std::string::npos || colon == begin || colon + 1 >= at || at + 1 >= text.size()) continue;
    if (!is_alphanumeric(text[at + 1]) && text[at + 1] != '[') continue;
    text.replace(colon + 1, at - colon - 1, hidden_secret);
    at = text.find('@', colon);
  }
}

constexpr std::string_view ends_value = "&;,'\"})";

/// NAME=VALUE and "NAME":VALUE anywhere in a word without blanks.
void hide_assignments(std::string& text) {
  for (auto at = text.find_first_of("=:"); at != std::string::npos; at = text.find_first_of("=:", at + 1)) {
    auto name_end = at;
    const bool quoted = name_end > 0 && (text[name_end - 1] == '"' || text[name_end - 1] == '\'');
    if (text[at] == ':' && !quoted) continue;
    if (quoted) --name_end;
    auto begin = name_end;
    while (begin > 0 && (belongs_to_token(text[begin - 1]) || text[begin - 1] == '+')) --begin;
    if (!names_secret(std::string_view(text).substr(begin, name_end - begin))) continue;
    auto value = at + 1;
    const bool opened = value < text.size() && (text[value] == '"' || text[value] == '\'');
    if (opened) ++value;
    // Of an option's own value nothing is left: it may hold any character.
    const bool whole = begin == 0 || text[begin - 1] == '-';
    auto end = opened ? text.find(text[value - 1], value) : text.find_first_of(ends_value, value);
    if ((whole && !opened) || end == std::string::npos) end = text.size();
    if (end > value) text.replace(value, end - value, hidden_secret);
    at = value;
  }
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
  while (!word.empty() && (word.back() == '"' || word.back() == '\'')) word.remove_suffix(1);
  return word;
}

void hide_value(std::string& word) {
  const auto begin = word.find_first_not_of("'\"");
  const auto end = word.find_last_not_of("'\"},");
  if (begin != std::string::npos && end != std::string::npos && begin <= end)
    word.replace(begin, end - begin + 1, hidden_secret);
}

void hide_in(std::vector<std::string>& words);

/// A word that holds several: the script of `sh -c`, a header, a JSON text.
void hide_in_script(std::string& script) {
  std::vector<std::string> words, gaps{""};
  for (const char c : script) {
    if (is_blank(c) || c == ';') {
      if (words.size() == gaps.size()) gaps.emplace_back();
      gaps.back() += c;
    } else {
      if (words.size() < gaps.size()) words.emplace_back();
      words.back() += c;
    }
  }
  hide_in(words);
  script.clear();
  for (std::size_t i = 0; i < std::max(words.size(), gaps.size()); ++i) {
    if (i < gaps.size()) script += gaps[i];
    if (i < words.size()) script += words[i];
  }
}

/// Options of programs that name no secret: `mysql -pX`, `curl -u user:X`.
struct SecretOption {
  std::string_view program, option;
  bool next_word = true;     ///< X may be the next word
  bool behind_sign = false;  ///< X is what follows a colon, or a % with smbclient
};
constexpr std::array secret_options{SecretOption{"mysql", "-p", false},
                                    SecretOption{"mysqldump", "-p", false},
                                    SecretOption{"mysqladmin", "-p", false},
                                    SecretOption{"mysqlimport", "-p", false},
                                    SecretOption{"mysqlshow", "-p", false},
                                    SecretOption{"mariadb", "-p", false},
                                    SecretOption{"mariadb-dump", "-p", false},
                                    SecretOption{"7z", "-p", false},
                                    SecretOption{"7za", "-p", false},
                                    SecretOption{"sshpass", "-p"},
                                    SecretOption{"redis-cli", "-a"},
                                    SecretOption{"redis-cli", "--pass"},
                                    SecretOption{"mongo", "-p"},
                                    SecretOption{"mongosh", "-p"},
                                    SecretOption{"mongodump", "-p"},
                                    SecretOption{"mongoimport", "-p"},
                                    SecretOption{"docker", "-p"},
                                    SecretOption{"podman", "-p"},
                                    SecretOption{"ldapsearch", "-w"},
                                    SecretOption{"zip", "-P"},
                                    SecretOption{"unzip", "-P"},
                                    SecretOption{"sqlcmd", "-P"},
                                    SecretOption{"bcp", "-P"},
                                    SecretOption{"curl", "-u", true, true},
                                    SecretOption{"curl", "--user", true, true},
                                    SecretOption{"curl", "-U", true, true},
                                    SecretOption{"curl", "--proxy-user", true, true},
                                    SecretOption{"http", "-a", true, true},
                                    SecretOption{"smbclient", "-U", true, true}};

std::string_view program_named(std::string_view word) {
  const auto name = word.substr(word.rfind('/') + 1);
  const auto known = std::ranges::find(secret_options, name, &SecretOption::program);
  return known == secret_options.end() ? std::string_view{} : known->program;
}

void hide_behind_sign(std::string& word, std::size_t from) {
  const auto sign = word.find_first_of(":%", from);
  if (sign != std::string::npos && sign + 1 < word.size()) word.replace(sign + 1, word.npos, hidden_secret);
}

/// Goes over a command's words with the last program that was named.
class ProgramOptions {
 public:
  /// Hides what is secret in the word. Returns whether it was one of the program's options or its value.
  bool hide_in(std::string& word) {
    if (const auto* before = std::exchange(waiting_, nullptr)) {
      if (before->behind_sign)
        hide_behind_sign(word, 0);
      else
        hide_value(word);
      return true;
    }
    if (const auto named = program_named(word); !named.empty()) {
      program_ = named;
      publishes_ports_ = false;
      return false;
    }
    // A port of `docker run -p 80:80` is none.
    if (word == "run" || word == "create") publishes_ports_ = program_ == "docker" || program_ == "podman";
    const bool its_command = program_ == "sshpass" && !word.starts_with('-');
    if (its_command || word == "|" || word == "||" || word == "&&") program_ = {};
    if (publishes_ports_) return false;
    for (const auto& known : secret_options) {
      if (known.program != program_ || !word.starts_with(known.option)) continue;
      const auto length = known.option.size();
      if (word.size() == length) {
        if (known.next_word) waiting_ = &known;
        return true;
      }
      const bool is_long = known.option.starts_with("--");
      if (is_long && word[length] != '=') continue;
      if (known.behind_sign)
        hide_behind_sign(word, length);
      else
        word.replace(length + (is_long ? 1 : 0), word.npos, hidden_secret);
      return true;
    }
    return false;
  }

 private:
  std::string_view program_;
  bool publishes_ports_ = false;
  const SecretOption* waiting_ = nullptr;
};

void hide_in(std::vector<std::string>& words) {
  bool secret = false;  // the next word is one
  ProgramOptions of_program;
  for (auto& word : words) {
    if (!secret && word.find_first_of(" \t\n") == std::string::npos && of_program.hide_in(word)) continue;
    const bool hide = std::exchange(secret, false) && !word.starts_with("--");
    if (hide) {
      const bool scheme = equals_ignoring_case(word, "bearer") || equals_ignoring_case(word, "basic") ||
                          equals_ignoring_case(word, "token");
      if (scheme)
        secret = true;
      else
        hide_value(word);
      continue;
    }
    if (std::ranges::any_of(word, is_blank) &&
        std::ranges::any_of(word, [](char c) { return !is_blank(c); })) {
      hide_in_script(word);
      continue;
    }
    secret = names_secret(option_name(word)) || names_secret(announced_name(word));
    hide_assignments(word);
    hide_passwords(word);
    hide_token_forms(word);
  }
}

}  // namespace

bool names_secret(std::string_view name) {
  const auto words = words_of(name);
  if (words.empty()) return false;
  const auto& last = words.back();
  const std::string_view before = words.size() > 1 ? std::string_view(words[words.size() - 2]) : "";
  if (lists(secret_words, last)) return true;
  if (last == "token") return !lists(text_tokens, before);
  if (last == "key") {
    const bool capitals =
        std::ranges::none_of(name, [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; });
    return before.empty() || capitals || lists(key_owners, before);
  }
  return last == "pass" && !before.empty();
}

std::vector<std::string> without_secrets(std::vector<std::string> command) {
  hide_in(command);
  return command;
}

}  // namespace joulecast
