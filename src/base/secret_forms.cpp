#include "base/secret_forms.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "base/secret_text.hpp"
#include "base/secrets.hpp"

namespace joulecast {
namespace {

/// Name and least length of the rest.
struct TokenForm {
  std::string_view beginning;
  std::size_t least;
};
constexpr std::array token_forms{
    TokenForm{"hf_", 16},       TokenForm{"sk-", 16},      TokenForm{"sk_live_", 16},
    TokenForm{"sk_test_", 16},  TokenForm{"rk_live_", 16}, TokenForm{"whsec_", 16},
    TokenForm{"ghp_", 16},      TokenForm{"gho_", 16},     TokenForm{"ghs_", 16},
    TokenForm{"ghu_", 16},      TokenForm{"ghr_", 16},     TokenForm{"github_pat_", 16},
    TokenForm{"glpat-", 16},    TokenForm{"gldt-", 16},    TokenForm{"glrt-", 16},
    TokenForm{"xoxa-", 10},     TokenForm{"xoxb-", 10},    TokenForm{"xoxp-", 10},
    TokenForm{"xoxr-", 10},     TokenForm{"xoxs-", 10},    TokenForm{"xapp-", 10},
    TokenForm{"AKIA", 16},      TokenForm{"ASIA", 16},     TokenForm{"wandb_v1_", 16},
    TokenForm{"AIza", 30},      TokenForm{"GOCSPX-", 16},  TokenForm{"eyJ", 30},
    TokenForm{"pypi-", 30},     TokenForm{"npm_", 30},     TokenForm{"dop_v1_", 30},
    TokenForm{"dckr_pat_", 16}, TokenForm{"nvapi-", 16},   TokenForm{"gsk_", 16},
    TokenForm{"r8_", 16},       TokenForm{"ya29.", 16},    TokenForm{"xai-", 30},
    TokenForm{"pplx-", 30},     TokenForm{"csk-", 30},     TokenForm{"lsv2_pt_", 30},
    TokenForm{"lsv2_sk_", 30},  TokenForm{"tvly-", 20},    TokenForm{"dapi", 32},
    TokenForm{"shpat_", 16},    TokenForm{"hvs.", 20},     TokenForm{"hvb.", 20},
    TokenForm{"rpa_", 30},      TokenForm{"SG.", 40},      TokenForm{"ATATT3", 16},
    TokenForm{"ntn_", 30},      TokenForm{"figd_", 20},    TokenForm{"AGE-SECRET-KEY-", 16}};

/// Names of models and files have words; a token has digits, or is long and has letters of both cases in any
/// order.
bool is_random(std::string_view text) {
  constexpr std::size_t long_word = 30;
  const auto has = [&](int (*kind)(int)) {
    return std::ranges::any_of(text, [&](char c) { return kind(static_cast<unsigned char>(c)) != 0; });
  };
  if (has(std::isdigit)) return true;
  return text.size() >= long_word && std::ranges::all_of(text, is_alphanumeric) && has(std::isupper) &&
         has(std::islower);
}

void hide_token_forms(std::string& text) {
  for (const auto& form : token_forms) {
    std::size_t end = 0;
    for (auto at = text.find(form.beginning); at != std::string::npos;
         at = text.find(form.beginning, at + 1)) {
      if (at > 0 && is_alphanumeric(text[at - 1])) continue;
      const auto rest = at + form.beginning.size();
      if (rest > end)  // else still within the same word
        for (end = rest; end < text.size() && belongs_to_token(text[end]);) ++end;
      constexpr std::size_t enough = 512;
      const auto behind = std::string_view(text).substr(rest, std::min(end - rest, enough));
      if (behind.size() < form.least || !is_random(behind)) continue;
      text.replace(rest, end - rest, hidden_secret);
      end = rest;
    }
  }
}

/// The token of a bot of Telegram: 123456789:AA…
void hide_bots(std::string& text) {
  constexpr std::size_t fewest_digits = 8, fewest_letters = 30;
  constexpr std::string_view begins = ":AA";
  for (auto at = text.find(begins); at < text.size(); at = text.find(begins, at + 1)) {
    auto digits = at;
    while (digits > 0 && std::isdigit(static_cast<unsigned char>(text[digits - 1])) != 0) --digits;
    if (at - digits < fewest_digits) continue;
    auto end = at + 1;
    while (end < text.size() && belongs_to_token(text[end])) ++end;
    if (end - at > fewest_letters) text.replace(at + 1, end - at - 1, hidden_secret);
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

}  // namespace

void hide_forms(std::string& text) {
  hide_private_keys(text);
  hide_paths(text);
  hide_passwords_of_addresses(text);
  hide_passwords(text);
  hide_token_forms(text);
  hide_bots(text);
}

}  // namespace joulecast
