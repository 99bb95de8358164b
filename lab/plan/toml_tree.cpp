#include "lab/plan/toml_tree.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
// One of its assertions fails on "[{", of which it tells the error right afterwards.
#define TOML_ASSERT(expression) static_assert(true)
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

#include "base/printable.hpp"
#include "base/text.hpp"

namespace joulecast::lab {
namespace {

using Kind = TomlNode::Kind;

TomlNode tree_of(const toml::node& node, std::size_t line);

TomlNode of_table(const toml::table& table, std::size_t line) {
  struct Entry {
    toml::source_position at;
    std::string_view key;
    const toml::node* value;
  };
  std::vector<Entry> entries;
  for (auto&& [key, value] : table) entries.push_back({key.source().begin, key.str(), &value});
  std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) { return a.at < b.at; });
  TomlNode tree;
  tree.line = line;
  for (const auto& [at, key, value] : entries)
    tree.table.push_back({std::string(key), tree_of(*value, at.line)});
  return tree;
}

TomlNode of_list(const toml::array& list, std::size_t line) {
  TomlNode tree;
  tree.kind = Kind::list;
  tree.line = line;
  for (const auto& item : list) {
    const auto at = item.source().begin.line;
    tree.list.push_back(tree_of(item, at > 0 ? at : line));
  }
  return tree;
}

TomlNode tree_of(const toml::node& node, std::size_t line) {
  if (const auto* table = node.as_table()) return of_table(*table, line);
  if (const auto* list = node.as_array()) return of_list(*list, line);
  TomlNode tree;
  tree.line = line;
  if (const auto* text = node.as_string()) {
    tree.kind = Kind::text;
    tree.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    tree.kind = Kind::integer;
    tree.integer = integer->get();
    tree.real = static_cast<double>(tree.integer);
    tree.text = fmt::format("{}", tree.integer);
  } else if (const auto* real = node.as_floating_point()) {
    tree.kind = Kind::real;
    tree.real = real->get();
    tree.text = fmt::format("{}", tree.real);
  } else if (const auto* boolean = node.as_boolean()) {
    tree.kind = Kind::boolean;
    tree.boolean = boolean->get();
    tree.text = tree.boolean ? "true" : "false";
  } else {
    tree.kind = Kind::moment;
  }
  return tree;
}

/// The line of a text that no command, variable or file name can hold; 0 = there is none.
std::size_t line_of_nul(const TomlNode& tree) {
  if (tree.text.find('\0') != std::string::npos) return tree.line;
  for (const auto& item : tree.list)
    if (const auto line = line_of_nul(item); line > 0) return line;
  for (const auto& [name, node] : tree.table) {
    if (name.find('\0') != std::string::npos) return node.line;
    if (const auto line = line_of_nul(node); line > 0) return line;
  }
  return 0;
}

/// Behind the text in quotes that begins at `begin`; where it is never closed, behind its line or at the end.
std::size_t end_of_quotes(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  const std::string three(3, quote);
  const bool lines = text.substr(begin).starts_with(three);
  for (auto at = begin + (lines ? 3 : 1); at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (lines && text.substr(at).starts_with(three)) {
      at += 3;
      for (int own = 0; own < 2 && at < text.size() && text[at] == quote; ++own) ++at;  // """a"""""
      return at;
    } else if (!lines && (text[at] == quote || text[at] == '\n')) {
      return at + 1;
    }
  }
  return text.size();
}

/// Where the text has a character outside quotes and comments that TOML allows only there, as those quotes
/// that word processors write. (The parser would go on in undefined behaviour with some of them.)
std::optional<std::size_t> find_bare_character(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    constexpr unsigned char first_beyond_ascii = 0x80;
    if (text[at] == '"' || text[at] == '\'')
      at = end_of_quotes(text, at);
    else if (text[at] == '#')
      at = std::min(text.find('\n', at), text.size());
    else if (static_cast<unsigned char>(text[at]) >= first_beyond_ascii)
      return at;
    else
      ++at;
  }
  return std::nullopt;
}

std::string character_at(std::string_view text, std::size_t begin) {
  constexpr unsigned char mask = 0xC0, continues = 0x80;
  auto end = begin + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & mask) == continues) ++end;
  return printable(text.substr(begin, end - begin));
}

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::table:
      return "a table";
    case Kind::list:
      return "a list";
    case Kind::text:
      return "a text";
    case Kind::integer:
      return "a whole number";
    case Kind::real:
      return "a number";
    case Kind::boolean:
      return "true or false";
    case Kind::moment:
      return "a date or a time";
  }
  return "";
}

Result<TomlNode> parse_toml(std::string_view text, const std::string& where) {
  text = without_byte_order_mark(text);
  if (const auto at = find_bare_character(text))
    return fail(ErrorKind::malformed,
                fmt::format("{}:{}", where, 1 + std::ranges::count(text.substr(0, *at), '\n')),
                "has {} outside quotes", character_at(text, *at));
  const auto parsed = toml::parse(text, std::string_view(where));
  if (parsed) {
    auto tree = of_table(parsed.table(), 1);
    if (const auto line = line_of_nul(tree); line > 0)
      return fail(ErrorKind::malformed, fmt::format("{}:{}", where, line), "has a text with a NUL character");
    return tree;
  }
  const auto& error = parsed.error();
  std::string reason(error.description());
  std::ranges::replace(reason, '\n', ' ');
  return fail(ErrorKind::malformed, fmt::format("{}:{}", where, error.source().begin.line), "{}", reason);
}

}  // namespace joulecast::lab
