// Parses text into statements: words, arguments, and the lines between a statement and its `end`.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "network/description.hpp"

namespace joulecast::network {
namespace {

constexpr std::size_t deepest = 32;
constexpr std::size_t longest_file = 4U << 20U;

bool opens(std::string_view word) {
  static constexpr std::array<std::string_view, 8> openers{"network", "block", "repeat",   "if",
                                                           "add",     "aside", "multiply", "concat"};
  return std::ranges::find(openers, word) != openers.end();
}

/// `else` divides an if, `and` the branches that are joined.
bool divides(std::string_view divider, std::string_view opener) {
  if (divider == "else") return opener == "if";
  return opener == "add" || opener == "multiply" || opener == "concat";
}

Statement read_line(std::string_view text, int line) {
  Statement statement;
  statement.line = line;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find_first_of(" \t", begin), text.size());
    const auto token = text.substr(begin, at - begin);
    // key=value, but not a comparison: a==b, a<=b.
    const auto equals = token.find('=');
    const bool keyed = equals != std::string_view::npos && equals > 0 && token.substr(equals, 2) != "==" &&
                       std::string_view("<>!").find(token[equals - 1]) == std::string_view::npos;
    if (statement.word.empty()) {
      statement.word = token;
    } else if (keyed) {
      statement.options.emplace_back(token.substr(0, equals), token.substr(equals + 1));
    } else {
      statement.values.emplace_back(token);
    }
  }
  return statement;
}

class Parser {
 public:
  explicit Parser(const std::string& where) { description_.where = where; }

  Result<Description> parse(std::string_view text) {
    int line = 0;
    for (auto content : split(text, '\n')) {
      ++line;
      content = trim(content.substr(0, content.find('#')));
      if (content.empty()) continue;
      if (auto taken = take(read_line(content, line)); !taken) return propagate(taken.error());
    }
    if (!open_.empty()) return wrong(open_.back().line, fmt::format("'{}' has no end", open_.back().word));
    if (description_.networks.empty()) return wrong(1, "describes no network");
    return std::move(description_);
  }

 private:
  [[nodiscard]] Failure wrong(int line, std::string_view reason) const {
    return fail(ErrorKind::malformed, fmt::format("{}:{}", description_.where, line), "{}", reason);
  }

  Status take(Statement statement) {
    const bool top = statement.word == "network" || statement.word == "block";
    if (open_.empty() != top)
      return wrong(statement.line,
                   top ? fmt::format("'{}' inside of '{}'", statement.word, open_.back().word)
                       : fmt::format("'{}' stands outside of a network or block", statement.word));
    if (statement.word == "end") return close();
    if (statement.word == "else" || statement.word == "and") {
      if (!divides(statement.word, open_.back().word))
        return wrong(statement.line, fmt::format("'{}' in a '{}'", statement.word, open_.back().word));
      open_.back().bodies.emplace_back();
    } else if (opens(statement.word)) {
      if (open_.size() == deepest) return wrong(statement.line, "is nested too deeply");
      statement.bodies.emplace_back();
      open_.push_back(std::move(statement));
    } else if (statement.word == "alias" && open_.size() == 1 && !open_.back().values.empty()) {
      for (auto& alias : statement.values)
        description_.aliases.emplace_back(std::move(alias), open_.back().values[0]);
    } else {
      open_.back().bodies.back().push_back(std::move(statement));
    }
    return {};
  }

  Status close() {
    auto closed = std::move(open_.back());
    open_.pop_back();
    if (!open_.empty()) {
      open_.back().bodies.back().push_back(std::move(closed));
      return {};
    }
    if (closed.values.empty()) return wrong(closed.line, fmt::format("a {} needs a name", closed.word));
    if (closed.word == "network") {
      description_.networks.push_back(std::move(closed));
      return {};
    }
    const auto line = closed.line;
    const auto name = closed.values.front();
    if (!description_.blocks.emplace(name, std::move(closed)).second)
      return wrong(line, fmt::format("block '{}' is defined twice", name));
    return {};
  }

  Description description_;
  std::vector<Statement> open_;
};

}  // namespace

Result<Description> parse_description(std::string_view text, const std::string& where) {
  if (text.size() > longest_file)
    return fail(ErrorKind::malformed, where, "is larger than a description can be ({} MiB)",
                longest_file >> 20U);
  return Parser(where).parse(text);
}

}  // namespace joulecast::network
