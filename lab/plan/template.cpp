#include "lab/plan/template.hpp"

#include <algorithm>
#include <functional>

namespace joulecast::lab {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Calls `literal` and `placeholder` with the parts of the text, in their order.
Status walk(std::string_view text, const std::function<void(std::string_view)>& literal,
            const std::function<void(std::string_view)>& placeholder) {
  for (std::size_t at = 0; at < text.size();) {
    const auto brace = text.find_first_of("{}", at);
    literal(text.substr(at, brace - at));
    if (brace == std::string_view::npos) break;
    if (brace + 1 < text.size() && text[brace + 1] == text[brace]) {
      literal(text.substr(brace, 1));
      at = brace + 2;
      continue;
    }
    const auto end = text.find('}', brace);
    const auto name = text.substr(brace + 1, end == std::string_view::npos ? end : end - brace - 1);
    if (text[brace] == '}' || end == std::string_view::npos || !is_name(name))
      return fail(ErrorKind::invalid, "",
                  "\"{}\" has a brace that makes no placeholder; write {{{{ or }}}} for a brace itself",
                  text);
    placeholder(name);
    at = end + 1;
  }
  return {};
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

Result<std::vector<std::string>> placeholders_of(std::string_view text) {
  std::vector<std::string> names;
  const auto walked = walk(
      text, [](std::string_view) {}, [&](std::string_view name) { names.emplace_back(name); });
  if (!walked) return propagate(walked.error());
  return names;
}

std::string filled(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string result;
  (void)walk(
      text, [&](std::string_view part) { result += part; },
      [&](std::string_view name) { result += values.at(std::string(name)); });
  return result;
}

std::vector<std::string> filled(const std::vector<std::string>& texts,
                                const std::map<std::string, std::string>& values) {
  std::vector<std::string> result;
  for (const auto& text : texts) result.push_back(filled(text, values));
  return result;
}

}  // namespace joulecast::lab
