#include <algorithm>
#include <array>
#include <cctype>

#include "base/secret_text.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"

namespace joulecast {
namespace {

bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
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

constexpr auto secret_words = std::to_array<std::string_view>(
    {"pwd", "pw", "passwort", "kennwort", "authorization", "apikeys", "otp", "sessionid", "creds", "psk"});

/// Also at the end of a word: PGPASSWORD.
constexpr auto secret_ends =
    std::to_array<std::string_view>({"password", "passwd", "passphrase", "passcode", "secret", "secrets",
                                     "credentials", "credential", "apikey", "accesskey"});

/// What a secret's name may end in: --token-value.
constexpr auto wrappings =
    std::to_array<std::string_view>({"value", "base64", "b64", "hex", "plain", "plaintext"});

/// "key" is a secret alone, in capitals, or behind one of these; --sort-key is none.
constexpr auto key_owners = std::to_array<std::string_view>(
    {"api",     "access",  "secret",       "private",    "auth",        "account",  "storage",   "ssh",
     "encrypt", "signing", "encryption",   "license",    "service",     "admin",    "wandb",     "comet",
     "neptune", "mlflow",  "clearml",      "hf",         "huggingface", "openai",   "anthropic", "aws",
     "azure",   "licence", "subscription", "gemini",     "google",      "github",   "gitlab",    "cohere",
     "mistral", "groq",    "replicate",    "openrouter", "deepseek",    "pinecone", "langchain", "ngc",
     "nvidia",  "kaggle",  "sas",          "master",     "enc"});

/// A token of text, not of access.
constexpr auto text_tokens = std::to_array<std::string_view>(
    {"pad",   "eos",   "bos",     "unk",   "mask",  "sep",      "cls",     "special",   "image",
     "audio", "video", "stop",    "start", "end",   "per",      "num",     "max",       "min",
     "new",   "text",  "sub",     "next",  "first", "last",     "de",      "pre",       "multi",
     "n",     "un",    "prompt",  "task",  "lang",  "language", "decoder", "separator", "control",
     "begin", "blank", "unknown", "class", "patch", "virtual",  "soft",    "query"});

/// "pass" is a password right behind these: SSHPASS; bypass is none.
constexpr auto pass_owners =
    std::to_array<std::string_view>({"ssh", "pg", "db", "user", "my", "mysql", "admin", "root", "ldap",
                                     "smtp", "ftp", "http", "proxy", "redis"});

/// Names that may mean something else: their value decides, and the word before.
constexpr auto ambiguous_words =
    std::to_array<std::string_view>({"pass", "auth", "bearer", "jwt", "cookie", "cookies"});
constexpr auto no_secrets = std::to_array<std::string_view>(
    {"none",  "basic",    "digest", "bearer", "oauth",   "oauth2", "ntlm", "kerberos",
     "token", "true",     "false",  "yes",    "no",      "on",     "off",  "auto",
     "plain", "required", "iam",    "login",  "default", "null"});
constexpr auto switches = std::to_array<std::string_view>(
    {"no", "use", "with", "enable", "disable", "skip", "require", "forward", "backward"});

/// A number of passes, say, or the kind of authentication.
bool is_no_secret(std::string_view value) {
  constexpr std::size_t longest_number = 4;
  const bool number = value.size() <= longest_number && std::ranges::all_of(value, [](char c) {
                        return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.';
                      });
  return number ||
         std::ranges::any_of(no_secrets, [&](auto word) { return equals_ignoring_case(word, value); });
}

/// GH_PAT, or --pat with a value that is no pattern of files.
bool is_access_token(std::string_view name, std::string_view value) {
  constexpr std::size_t shortest_token = 16;
  const bool variable = name.ends_with("_PAT");
  return variable || (value.size() >= shortest_token && std::ranges::all_of(value, is_alphanumeric));
}

/// "" if the word does not end like this.
std::string_view without_end(std::string_view word, std::string_view end) {
  return word.ends_with(end) ? word.substr(0, word.size() - end.size()) : std::string_view{};
}

}  // namespace

bool names_secret(std::string_view name) {
  const auto words = words_of(name);
  if (words.empty()) return false;
  const std::string_view last = words.back();
  const std::string_view before = words.size() > 1 ? std::string_view(words[words.size() - 2]) : "";
  if (lists(wrappings, last) && words.size() > 1)
    return names_secret(name.substr(0, name.find_last_of("-_.")));
  if (last == "header" && before == "auth") return true;
  if (last == "id" && before == "session") return true;
  if (lists(secret_words, last)) return true;
  if (std::ranges::any_of(secret_ends, [&](auto end) { return last.ends_with(end); })) return true;
  if (last == "token") return !lists(text_tokens, before);
  if (const auto owner = without_end(last, "token"); !owner.empty()) return !lists(text_tokens, owner);
  if (last == "keys" || last == "tokens") return lists(key_owners, before);
  if (last == "key") {
    const bool capitals =
        std::ranges::none_of(name, [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; });
    return before.empty() || capitals || lists(key_owners, before);
  }
  if (const auto owner = without_end(last, "key"); !owner.empty()) return lists(key_owners, owner);
  return lists(pass_owners, without_end(last, "pass"));
}

bool is_secret(std::string_view name, std::string_view value) {
  const auto words = words_of(name);
  // A number of tokens, or which one: --time-token 4.
  constexpr std::size_t longest_count = 3;
  const bool counts =
      words.size() > 1 && words.back() == "token" && value.size() <= longest_count && is_no_secret(value);
  if (names_secret(name)) return !counts;
  if (!words.empty() && words.back() == "pat") return is_access_token(name, value);
  if (words.empty() || !lists(ambiguous_words, words.back())) return false;
  return (words.size() == 1 || !lists(switches, words[words.size() - 2])) && !is_no_secret(value);
}

}  // namespace joulecast
