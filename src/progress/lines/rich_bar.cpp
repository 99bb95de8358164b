#include "progress/lines/rich_bar.hpp"

#include "base/text.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {

std::optional<RichBar> find_rich_bar(std::string_view text) {
  // ━, ╸ and ╺.
  static const Pattern drawn(
      "^(?P<title>.*?) *(?:\xe2\x94\x81|\xe2\x95\xb8|\xe2\x95\xba)(?: ?(?:\xe2\x94\x81|\xe2\x95\xb8|"
      "\xe2\x95\xba))+ +(?P<columns>\\S.*)$");
  // On terminals without them; so are many headings, but a time stands beside a bar.
  static const Pattern plain(R"(^(?P<title>.*?) *-{5}-* +(?P<columns>\S.*(?:\d:\d\d:\d\d|-:--:--).*)$)");
  static const Pattern counted(
      R"(^(?:\d+%\s+(?:\S{1,3} )?)?(?P<done>\d[\d,.]*) ?/ ?(?P<total>\d[\d,.]*|\?)(?: +(?P<unit>it|steps?|batch(?:es)?|epochs?|[kMG]?B|bytes))?(?:\s+(?P<rest>.*))?$)");
  static const Pattern percentage(R"(^(?:.*\s)?(?P<percent>\d{1,3}(?:\.\d+)?)%(?:\s+(?P<rest>.*))?$)");
  auto match = drawn.find(text);
  if (!match) match = plain.find(text);
  if (!match) return std::nullopt;
  const auto columns = match->text("columns");
  RichBar rich;
  rich.bar.title = trim(match->text("title"));
  if (rich.bar.title.ends_with(':')) rich.bar.title.remove_suffix(1);
  if (const auto count = counted.find(columns)) {
    const auto done = count->number("done");
    if (!done) return std::nullopt;
    rich.bar.done = *done;
    rich.bar.total = count->number("total");
    rich.bar.unit = count->text("unit");
    rich.bar.figures = count->text("rest");
    return rich;
  }
  const auto percent = percentage.find(columns);
  if (!percent) return std::nullopt;
  rich.percent = true;
  rich.bar.done = *percent->number("percent");
  rich.bar.total = 100;
  rich.bar.figures = percent->text("rest");
  return rich;
}

}  // namespace joulecast::progress
