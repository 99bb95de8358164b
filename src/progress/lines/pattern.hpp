// Regular expressions with named groups, in linear time (RE2), for formats and for a user's own patterns.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::progress {

/// A number as programs print them: "12", "1,500", "1_000", "0.49", "'3'" without its quotes, "2e+3",
/// "0.3k", "25M", "1.5B". Nothing for text, nan and inf, and for figures from 1e15 on, which stand for
/// "unlimited".
[[nodiscard]] std::optional<double> parse_count(std::string_view text);

/// What a pattern found. It refers to the text that was searched and to its pattern.
class Match {
 public:
  /// The group's text; "" where it took no part in the match.
  [[nodiscard]] std::string_view text(std::string_view group) const;
  [[nodiscard]] std::string_view text(std::size_t group) const;
  /// The group as parse_count() reads it.
  [[nodiscard]] std::optional<double> number(std::string_view group) const {
    return parse_count(text(group));
  }
  [[nodiscard]] std::optional<double> number(std::size_t group) const { return parse_count(text(group)); }
  /// The group as a whole number.
  [[nodiscard]] std::optional<int> whole(std::string_view group) const;
  [[nodiscard]] std::string_view before() const { return before_; }
  [[nodiscard]] std::string_view after() const { return after_; }

 private:
  friend class Pattern;
  const class Pattern* pattern_ = nullptr;
  std::vector<std::string_view> groups_;  ///< 0 = the whole match
  std::string_view before_, after_;
};

class Pattern {
 public:
  /// For patterns of our own, which must be right: ends the program if they are not. (?i) at the beginning
  /// ignores case.
  explicit Pattern(const char* expression);
  /// For a user's. invalid with the reason, in RE2's words; look-aheads and back-references are not known.
  [[nodiscard]] static Result<Pattern> parse(const std::string& expression);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  /// The first place where it matches.
  [[nodiscard]] std::optional<Match> find(std::string_view text) const;
  [[nodiscard]] bool matches(std::string_view text) const;
  /// Number of groups besides the whole match.
  [[nodiscard]] std::size_t groups() const;

 private:
  friend class Match;
  struct State;
  explicit Pattern(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::progress
