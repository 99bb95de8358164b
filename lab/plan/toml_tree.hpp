// A TOML file as a tree that remembers its lines and the order of its keys. The parser's own header takes
// seconds to compile, so only toml_tree.cpp includes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::lab {

struct TomlEntry;

struct TomlNode {
  enum class Kind { table, list, text, integer, real, boolean, moment };
  Kind kind = Kind::table;
  std::size_t line = 0;          ///< of the key in a table, of the value in a list
  std::string text;              ///< of a scalar: its shortest form, 64, 0.1, true
  std::int64_t integer = 0;      ///< of an integer
  double real = 0;               ///< of an integer or a real
  bool boolean = false;          ///< of a boolean
  std::vector<TomlEntry> table;  ///< in the order of the file
  std::vector<TomlNode> list;

  [[nodiscard]] bool is_scalar() const {
    return kind == Kind::text || kind == Kind::integer || kind == Kind::real || kind == Kind::boolean;
  }
};

/// A key of a table. (Not a pair, which clang 14 wants complete within TomlNode.)
struct TomlEntry {
  std::string key;
  TomlNode value;
};

/// What a kind is called in an error: "a table", "a text".
[[nodiscard]] std::string_view name_of(TomlNode::Kind kind);

/// malformed, with `where`:line, for what is not TOML: also for a key or a table that is given twice.
[[nodiscard]] Result<TomlNode> parse_toml(std::string_view text, const std::string& where);

}  // namespace joulecast::lab
