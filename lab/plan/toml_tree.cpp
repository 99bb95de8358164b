#include "lab/plan/toml_tree.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

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
  const auto parsed = toml::parse(without_byte_order_mark(text), std::string_view(where));
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
