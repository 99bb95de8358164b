#include "progress/lines/tqdm_bar.hpp"

#include <cmath>
#include <string>

#include "base/text.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

/// "45", "1,500", and "1.50k" where the bar scales its unit.
std::optional<double> parse_amount(std::string_view text) {
  double scale = 1;
  if (!text.empty()) {
    switch (text.back()) {
      case 'k':
      case 'K':
        scale = 1e3;
        break;
      case 'M':
        scale = 1e6;
        break;
      case 'G':
        scale = 1e9;
        break;
      case 'T':
        scale = 1e12;
        break;
      default:
        break;
    }
    if (scale > 1) text.remove_suffix(1);
  }
  const auto amount = parse_count(text);
  if (!amount) return std::nullopt;
  return *amount * scale;
}

/// Where the bracket that is open before `text` closes; npos where it does not.
std::size_t find_closing(std::string_view text) {
  int depth = 1;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '[') ++depth;
    if (text[at] == ']' && --depth == 0) return at;
  }
  return std::string_view::npos;
}

/// "12.3batch/s", "?it/s", " 1.02s/it".
std::string_view unit_of(std::string_view rate) {
  static const Pattern pattern(R"(^ *(?:[\d.]+|\?) ?(?P<of>[A-Za-z][^/]*)/(?P<per>[A-Za-z]\w*))");
  const auto match = pattern.find(rate);
  if (!match) return {};
  return match->text("per") == "s" ? match->text("of") : match->text("per");
}

/// What stands in the brackets, from the elapsed time on.
bool read_brackets(std::string_view text, Bar& bar) {
  static const Pattern pattern(
      R"(^(?P<elapsed>\d+:\d\d(?::\d\d)?)(?:<[\d:?]*)?(?:, (?P<rate> *[\d.?]+ ?[^,=\]]*/[^,=\]]*))?(?:,? +(?P<figures>.*))?)");
  const auto closing = find_closing(text);
  const bool whole = closing != std::string_view::npos;
  const auto match = pattern.find(text.substr(0, closing));
  if (!match) return false;
  bar.unit = unit_of(match->text("rate"));
  bar.figures = match->text("figures");
  bar.fresh = match->text("elapsed") == "00:00" && trim(match->text("rate")).starts_with('?');
  if (whole) {
    bar.rest = text.substr(closing + 1);
  } else {
    const auto comma = bar.figures.rfind(',');
    bar.figures = comma == std::string_view::npos ? std::string_view{} : bar.figures.substr(0, comma);
  }
  return true;
}

/// A total that was cut would not fit the percentage: 45 of 10 is not 45 %.
bool fits(double percent, double done, double total) {
  return done > 0 && total > 0 && std::abs(100 * done / total - percent) <= 1;
}

std::string_view without_colon(std::string_view title) {
  title = trim(title);
  if (title.ends_with(':')) title = trim(title.substr(0, title.size() - 1));
  return title;
}

std::optional<Bar> find_known_total(std::string_view text) {
  static const Pattern pattern(
      R"(^(?P<title>.*?)(?P<percent>\d{1,3})%(?P<drawn>\|[^|]*\|)? *(?P<done>[\d.,]+[kKMGT]?)/(?P<total>[\d.,]+[kKMGT]?)(?: ?(?P<open>\[))?)");
  const auto match = pattern.find(text);
  if (!match) return std::nullopt;
  const auto done = parse_amount(match->text("done"));
  const auto total = parse_amount(match->text("total"));
  if (!done || !total) return std::nullopt;
  Bar bar{without_colon(match->text("title")), *done, total, {}, {}, {}, false};
  if (!match->text("open").empty() && read_brackets(match->after(), bar)) return bar;
  if (match->text("drawn").empty() || !fits(*match->number("percent"), *done, *total)) return std::nullopt;
  bar.rest = match->text("open").empty() ? match->after() : std::string_view{};
  return bar;
}

std::optional<Bar> find_unknown_total(std::string_view text) {
  static const Pattern counted(
      R"(^(?P<title>.*?)(?P<done>\d[\d.,]*[kKMGT]?)(?P<unit>[A-Za-z ]\w*) \[(?P<time>\d+:\d\d))");
  static const Pattern drawn(
      R"(^(?P<title>.*?)\|[^|]*\| *(?P<done>[\d.,]+[kKMGT]?)/\? ?\[(?P<time>\d+:\d\d))");
  auto match = drawn.find(text);
  if (!match) match = counted.find(text);
  if (!match) return std::nullopt;
  auto done = parse_amount(match->text("done"));
  if (!done) return std::nullopt;
  auto title = match->text("title");
  if (title.ends_with(" -")) {  // "Training: -1it", before its first step
    done = 0;
    title.remove_suffix(2);
  }
  Bar bar{without_colon(title), *done, std::nullopt, {}, {}, {}, false};
  const auto begin = static_cast<std::size_t>(match->text("time").data() - text.data());
  if (!read_brackets(text.substr(begin), bar)) return std::nullopt;
  return bar;
}

}  // namespace

std::optional<Bar> find_tqdm_bar(std::string_view text) {
  if (text.find('[') == std::string_view::npos && text.find("%|") == std::string_view::npos)
    return std::nullopt;
  if (text.find('%') != std::string_view::npos)
    if (auto bar = find_known_total(text)) return bar;
  return find_unknown_total(text);
}

}  // namespace joulecast::progress
