#include "progress/lines/pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <cmath>
#include <cstdlib>
#include <map>

#include "base/memory.hpp"
#include "base/text.hpp"

namespace joulecast::progress {
namespace {

constexpr double unlimited = 1e15;
constexpr std::size_t memory_of_pattern = 96 << 10;

RE2::Options options() {
  RE2::Options wanted(RE2::Quiet);
  wanted.set_encoding(RE2::Options::EncodingLatin1);  // output may be any bytes
  return wanted;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

double multiple_of(char suffix) {
  switch (suffix) {
    case 'k':
    case 'K':
      return 1e3;
    case 'M':
      return 1e6;
    case 'B':
      return 1e9;
    default:
      return 1;
  }
}

}  // namespace

std::optional<double> parse_count(std::string_view text) {
  double thousands = 1;
  if (text.size() > 1 && is_digit(text[text.size() - 2])) thousands = multiple_of(text.back());
  if (thousands > 1) text.remove_suffix(1);
  std::string digits;
  digits.reserve(text.size());
  for (const char c : text)
    if (c != ',' && c != '_') digits += c;
  const auto value = parse_double(digits);
  if (!value || std::abs(*value * thousands) >= unlimited) return std::nullopt;
  return thousands > 1 ? std::round(*value * thousands) : *value;
}

struct Pattern::State {
  static std::unique_ptr<State> of(const std::string& expression) {
    ask_for_memory(memory_of_pattern);
    return std::make_unique<State>(expression);
  }
  explicit State(const std::string& expression)
      : re(expression, options()), names(re.NamedCapturingGroups()) {}
  RE2 re;
  std::map<std::string, int> names;
};

Pattern::Pattern(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Pattern::Pattern(const char* expression) : state_(State::of(expression)) {
  if (state_->re.ok()) return;
  fmt::print(stderr, "joulecast: a pattern of its own is wrong: {}: {}\n", state_->re.error(), expression);
  std::abort();
}

Result<Pattern> Pattern::parse(const std::string& expression) {
  auto state = State::of(expression);
  if (!state->re.ok()) return fail(ErrorKind::invalid, expression, "{}", state->re.error());
  return Pattern(std::move(state));
}

std::size_t Pattern::groups() const {
  return static_cast<std::size_t>(state_->re.NumberOfCapturingGroups());
}

bool Pattern::matches(std::string_view text) const {
  return state_->re.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), RE2::UNANCHORED,
                          nullptr, 0);
}

std::optional<Match> Pattern::find(std::string_view text) const {
  if (!matches(text)) return std::nullopt;  // as for most lines, without an allocation
  std::vector<re2::StringPiece> pieces(groups() + 1);
  if (!state_->re.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), RE2::UNANCHORED,
                        pieces.data(), static_cast<int>(pieces.size())))
    return std::nullopt;
  Match match;
  match.pattern_ = this;
  for (const auto& piece : pieces) match.groups_.emplace_back(piece.data(), piece.size());
  const auto whole = match.groups_.front();
  match.before_ = text.substr(0, static_cast<std::size_t>(whole.data() - text.data()));
  match.after_ = text.substr(match.before_.size() + whole.size());
  return match;
}

std::string_view Match::text(std::size_t group) const {
  return group < groups_.size() ? groups_[group] : std::string_view{};
}

std::string_view Match::text(std::string_view group) const {
  const auto& names = pattern_->state_->names;
  const auto found = names.find(std::string(group));
  return found == names.end() ? std::string_view{} : text(static_cast<std::size_t>(found->second));
}

std::optional<int> Match::whole(std::string_view group) const {
  const auto value = number(group);
  if (!value || *value != std::floor(*value) || std::abs(*value) > 1e9) return std::nullopt;
  return static_cast<int>(*value);
}

}  // namespace joulecast::progress
