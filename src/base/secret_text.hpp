// What the parts that look for secrets have in common. Internal to without_secrets().
#pragma once

#include <cctype>
#include <cstddef>
#include <string_view>

namespace joulecast {

inline bool is_alphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}
inline bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
inline bool is_quote(char c) {
  return c == '"' || c == '\'';
}
/// Of a name or of a token.
inline bool belongs_to_token(char c) {
  return is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
}

/// Where the text that begins behind a quote ends. `escaped`: so is the quote itself, as inside another text.
inline std::size_t end_of_quoted(std::string_view text, std::size_t begin, char quote, bool escaped = false) {
  for (auto at = begin; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == quote && escaped) return at;
    if (text[at] == '\\' && !escaped)
      ++at;
    else if (text[at] == quote)
      return at;
  }
  return text.size();
}

}  // namespace joulecast
