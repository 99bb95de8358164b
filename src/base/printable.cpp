#include "base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/utf8.hpp"

namespace joulecast {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t length = 1;
  bool valid = false;
};

/// The first character of a text that is not empty (RFC 3629: no overlong forms, no surrogates).
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto head = byte(0);
  if (head < 0x80) return {head, 1, true};
  const std::size_t length = head >= 0xf0 ? 4 : head >= 0xe0 ? 3 : 2;
  if (head < 0xc2 || head > 0xf4 || text.size() < length) return {};
  char32_t code = head & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, length, true};
}

bool controls(char32_t code) {
  const bool c0_or_c1 = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool separates = code == 0x2028 || code == 0x2029;
  const bool turns = code == 0x061c || code == 0x200e || code == 0x200f ||
                     (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  // What nobody sees may hide words from a reader: marks, fillers, tags.
  const bool invisible = code == 0x180e || code == 0x200b || code == 0xfeff ||
                         (code >= 0x2060 && code <= 0x206f) || (code >= 0xfff9 && code <= 0xfffb) ||
                         (code >= 0xe0000 && code <= 0xe007f);
  return c0_or_c1 || separates || turns || invisible;
}

/// How many characters at the beginning are the printable ones of ASCII, as nearly all are in long answers.
std::size_t plain_length(std::string_view text) {
  const auto other = std::ranges::find_if(text, [](char c) { return c < 0x20 || c == 0x7f; });
  return static_cast<std::size_t>(other - text.begin());
}

/// Replaces each character that controls(), but line feeds only if `lines` is false.
template <class Replace>
std::string replaced(std::string_view text, bool lines, Replace replace) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const auto plain = plain_length(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return out;
    const auto character = first_of(text);
    const bool stays = character.valid && (!controls(character.code) || (lines && character.code == '\n'));
    if (stays)
      out += text.substr(0, character.length);
    else
      out += character.valid ? replace(character.code) : "\xef\xbf\xbd";
    text.remove_prefix(character.length);
  }
}

std::string blank(char32_t) {
  return " ";
}

}  // namespace

std::string printable(std::string_view text) {
  return replaced(text, /*lines=*/false, blank);
}

std::string printable_lines(std::string_view text) {
  return replaced(text, /*lines=*/true, blank);
}

std::string printable_json(std::string_view json) {
  return replaced(json, /*lines=*/true, [](char32_t code) {
    const auto number = static_cast<std::uint32_t>(code);
    if (number < 0x10000) return fmt::format("\\u{:04x}", number);
    const auto above = number - 0x10000;  // a pair of surrogates
    return fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (above >> 10), 0xdc00 + (above & 0x3ff));
  });
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto character = first_of(text);
    if (character.valid && character.code != 0)
      out += text.substr(0, character.length);
    else
      out += "\xef\xbf\xbd";
    text.remove_prefix(character.length);
  }
  return out;
}

}  // namespace joulecast
