#include "progress/metric_figure.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// The average of "0.31 (0.35)", as AverageMeter prints it.
std::optional<double> take_average(Cursor cursor) {
  cursor.skip_blanks();
  if (!cursor.skip("(")) return std::nullopt;
  cursor.skip_blanks();
  const auto text = cursor.take_number();
  cursor.skip_blanks();
  if (cursor.peek() != ')' || text.find('.') == std::string_view::npos) return std::nullopt;
  return parse_double(text);
}

std::optional<Figure> take_figure(Cursor cursor) {
  for (const auto* call : {"tensor(", "np.float64(", "np.float32("}) cursor.skip(call);
  const bool quoted = cursor.skip_quote();
  const auto text = cursor.take_number();
  auto value = parse_double(text);
  if (!value) return std::nullopt;
  if (quoted) cursor.skip_quote();
  Figure figure{*value, false, text.find_first_of(".eE") != std::string_view::npos, cursor.at};
  auto next = cursor;
  const auto blanks = next.skip_blanks();
  if (next.peek() == '%' && blanks <= 1) return Figure{*value / 100, true, true, next.at + 1};
  if (cursor.peek() == '/') {
    ++cursor.at;
    const auto all = parse_double(cursor.take_digits());
    if (!all || *all <= 0 || *value > *all || *value < 0) return std::nullopt;
    return Figure{*value / *all, false, true, cursor.at};
  }
  if (is_letter(cursor.peek())) return std::nullopt;                               // "12ms"
  if (cursor.peek() == '.' && is_digit(cursor.after_next())) return std::nullopt;  // "1.2.3", not "0.5..."
  if (const auto average = take_average(cursor)) figure.value = *average;
  return figure;
}

/// "after epoch 3", "at step 100/500".
void skip_occasion(Cursor& cursor) {
  auto ahead = cursor;
  const auto skip_any = [&](auto words) {
    return std::ranges::any_of(words, [&](const char* word) { return ahead.skip(word); });
  };
  if (!skip_any(std::array{"after ", "at ", "for ", "in "})) return;
  if (!skip_any(std::array{"epoch ", "step ", "iteration ", "iter ", "batch "})) return;
  ahead.skip_blanks();
  if (ahead.take_digits().empty()) return;
  if (ahead.skip("/")) ahead.take_digits();
  ahead.skip_blanks();
  cursor = ahead;
}

}  // namespace

std::optional<Figure> take_value(Cursor cursor) {
  cursor.skip_quote();
  auto blanks = cursor.skip_blanks();
  bool percent = false;
  if (cursor.peek() == '(') {
    const auto end = cursor.line.find(')', cursor.at);
    const auto note = cursor.line.substr(cursor.at, end == std::string_view::npos ? end : end - cursor.at);
    const bool words = std::ranges::none_of(note, is_digit);
    if (end == std::string_view::npos || !words) return std::nullopt;
    percent = note.find('%') != std::string_view::npos;
    cursor.at = end + 1;
    blanks = cursor.skip_blanks();
  }
  if (blanks > 0) skip_occasion(cursor);
  for (const auto* word : {"value", "is ", "was ", "of ", "at "})
    if (blanks > 0 && cursor.skip(word)) blanks = cursor.skip_blanks() + 1;
  const bool separated = cursor.skip(":") || cursor.skip("=") || cursor.skip("\xe2\x89\x88");
  if (!separated && blanks > 0) cursor.skip("- ");  // "Loss - 0.31"
  if (!separated && blanks == 0) return std::nullopt;
  cursor.skip_blanks();
  auto figure = take_figure(cursor);
  if (!figure || (!separated && !figure->plainly_one)) return std::nullopt;
  if (percent) figure->value /= 100;
  return figure;
}

std::optional<std::string_view> take_set_behind(Cursor& cursor) {
  static const Pattern behind(
      R"((?i)^ (?:(?:of|for) (?:the |this )?(?:network|model|net|classifier) )?(?:on|over) (?:the |all )?(?:(?:entire|whole|full|held-?out) )?(?:\d+ )?(?P<set>train|training|val|valid|validation|dev|eval|evaluation|test|testing)[ -]?(?:sets?|data(?:set)?|split|images|samples|examples)?(?P<end>\s*[:=]))");
  if (cursor.peek() != ' ' || std::string_view("ofOF").find(cursor.after_next()) == std::string_view::npos)
    return std::nullopt;
  const auto match = behind.find(cursor.line.substr(cursor.at));
  if (!match) return std::nullopt;
  cursor.at = static_cast<std::size_t>(match->text("end").data() - cursor.line.data());
  return match->text("set");
}

bool is_a_duration(std::string_view after) {
  static constexpr std::array<std::string_view, 8> units{"s",  "sec", "secs",    "seconds",
                                                         "ms", "min", "minutes", "h"};
  const auto word = trim(after).substr(0, trim(after).find_first_of(" ,;|)]"));
  return std::ranges::find(units, word) != units.end();
}

}  // namespace joulecast::progress
