#include "base/secret_assignments.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/secret_text.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"

namespace joulecast {
namespace {

constexpr std::array<std::string_view, 10> schemes{
    "bearer", "basic",  "token", "digest",    "negotiate",
    "ntlm",   "apikey", "hawk",  "signature", "aws4-hmac-sha256"};

/// The value with *** for all of it but the name of a scheme: "Bearer ***".
std::string hidden(std::string_view value) {
  const auto blank = std::min(value.find(' '), value.size());
  const bool keeps = blank < value.size() && is_scheme(value.substr(0, blank));
  return std::string(keeps ? value.substr(0, blank + 1) : "") + std::string(hidden_secret);
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

/// Whether any value of this name is a secret.
bool may_name_secret(std::string_view name) {
  return is_secret(name, "0123456789abcdef");
}

/// `script`: the text has several words. A value is looked for only where its name can make it a secret.
Assignment assignment_at(std::string_view text, std::size_t sign, bool script) {
  Assignment found;
  auto end = sign;
  if (text[sign] == '=' && end > 0 && text[end - 1] == ':') --end;  // NAME:=X of httpie, which is JSON
  const auto begin_of_sign = end;
  while (end > 0 && is_blank(text[end - 1])) --end;
  found.has_blanks = end != begin_of_sign;
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
  found.end = found.value;
  if (!found.in_address && !may_name_secret(found.name)) return found;
  const bool escaped =
      found.value + 1 < text.size() && text[found.value] == '\\' && is_quote(text[found.value + 1]);
  if (escaped) ++found.value;
  found.value_is_quoted = found.value < text.size() && is_quote(text[found.value]);
  // auth=('user', 'X'), "auth": ["user", "X"]
  const char bracket = found.value < text.size() ? text[found.value] : ' ';
  if (bracket == '(' || bracket == '[') {
    found.end = std::min(text.find(bracket == '(' ? ')' : ']', ++found.value), text.size());
  } else if (found.value_is_quoted) {
    const char quote = text[found.value++];
    found.end = end_of_quoted(text, found.value, quote, escaped);
  } else {
    constexpr std::string_view ends_value = "&;,'\"}) \t\r\n", ends_word = "; \t\r\n";
    const bool whole_word = found.of_option && text[sign] == '=';
    const auto ends = !whole_word ? ends_value : script ? ends_word : "";
    found.end = std::min(text.find_first_of(ends, found.value), text.size());
  }
  return found;
}

/// `NAME: X` as a line of several, as YAML writes it.
bool is_line(std::string_view text, char sign, const Assignment& found) {
  if (sign != ':' || text.find('\n') == text.npos) return false;
  const auto begin = static_cast<std::size_t>(found.name.data() - text.data());
  const auto line = begin == 0 ? text.npos : text.rfind('\n', begin - 1);
  const auto before =
      text.substr(line == text.npos ? 0 : line + 1, begin - (line == text.npos ? 0 : line + 1));
  const auto after = text.substr(found.end, text.find('\n', found.end) - found.end);
  return before.find_first_not_of(" \t-'\"") == before.npos &&
         after.find_first_not_of(" \t\r'\"") == after.npos;
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
  // A code of a sign-on, or of a function of Azure; not one of a country.
  constexpr std::size_t shortest_code = 16;
  if (found.in_address && equals_ignoring_case(last, "code") && value.size() >= shortest_code) return true;
  if (is_line(text, sign, found)) return is_secret(found.name, value);
  // Words of a sentence, or of a program.
  if (found.has_blanks && !found.name_is_quoted && !found.value_is_quoted) return false;
  // The parts of key:value are no names.
  const bool is_plain = equals_ignoring_case(last, "key") || equals_ignoring_case(last, "token");
  if (sign == ':' && !found.name_is_quoted && !found.value_is_quoted && is_plain &&
      last.size() == found.name.size())
    return false;
  return is_secret(found.name, value);
}

void hide_values(std::string& text) {
  const bool script = std::ranges::any_of(text, is_blank);
  for (auto at = text.find_first_of("=:"); at != std::string::npos; at = text.find_first_of("=:", at + 1)) {
    if (text.compare(at, 2, ":=") == 0) continue;  // the second one is the sign
    const auto found = assignment_at(text, at, script);
    if (!assigns_secret(text, text[at], found)) continue;
    const auto hide = hidden(std::string_view(text).substr(found.value, found.end - found.value));
    at = found.value + hide.size() - 1;
    text.replace(found.value, found.end - found.value, hide);
  }
}

/// `["--token", "X"]`, a command line as JSON or Python write it.
void hide_listed_options(std::string& text) {
  if (text.find('[') == std::string::npos) return;
  for (auto at = text.find_first_of("'\""); at < text.size(); at = text.find_first_of("'\"", at + 1)) {
    const char quote = text[at];
    const auto end = end_of_quoted(text, at + 1, quote);
    const auto next = text.find_first_not_of(", \t\r\n", std::min(end + 1, text.size()));
    if (next >= text.size()) return;
    const auto name = std::string_view(text).substr(at + 1, end - at - 1);
    at = end;
    if (!name.starts_with('-') || text[next] != quote || next == end + 1) continue;
    const auto end_of_value = end_of_quoted(text, next + 1, quote);
    if (!is_secret(name, std::string_view(text).substr(next + 1, end_of_value - next - 1))) continue;
    text.replace(next + 1, end_of_value - next - 1, hidden_secret);
    at = next + hidden_secret.size() + 1;
  }
}

/// `<password>X</password>`
void hide_elements(std::string& text) {
  for (auto close = text.find("</"); close < text.size(); close = text.find("</", close + 1)) {
    constexpr std::size_t longest_name = 64;
    const auto end = text.find('>', close);
    if (end == std::string::npos) return;
    if (end - close > longest_name) continue;
    const auto name = text.substr(close + 2, end - close - 2);
    if (!names_secret(name)) continue;
    const auto open = text.rfind("<" + name + ">", close);
    if (open == std::string::npos) continue;
    const auto begin = open + name.size() + 2;
    text.replace(begin, close - begin, hidden_secret);
    close = begin + hidden_secret.size();
  }
}

/// "Bearer X", whatever it stands behind.
void hide_bearer(std::string& text) {
  constexpr std::string_view scheme = "Bearer ";
  for (auto at = text.find(scheme); at < text.size(); at = text.find(scheme, at + 1)) {
    const auto begin = at + scheme.size();
    auto end = begin;
    while (end < text.size() && (belongs_to_token(text[end]) ||
                                 std::string_view("+/=~").find(text[end]) != std::string_view::npos))
      ++end;
    if (end > begin) text.replace(begin, end - begin, hidden_secret);
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

}  // namespace

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

bool is_scheme(std::string_view word) {
  return std::ranges::any_of(schemes, [&](auto scheme) { return equals_ignoring_case(scheme, word); });
}

void hide_assignments(std::string& text) {
  hide_values(text);
  hide_arguments(text);
  hide_listed_options(text);
  hide_elements(text);
  hide_bearer(text);
}

}  // namespace joulecast
