#include "formats/support/line_prefix.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/decimal.hpp"

namespace joulecast::formats {
namespace {

constexpr std::size_t lines_to_judge = 20;
constexpr std::size_t fewest_lines = 2;

std::size_t length_of_task(std::string_view line) {
  constexpr std::size_t most_digits = 6;
  const auto begin = std::min(line.find_first_not_of(' '), line.size());
  auto end = begin;
  while (end < line.size() && is_digit(line[end])) ++end;
  return end > begin && end - begin <= most_digits && line.substr(end, 2) == ": " ? end + 2 : 0;
}

/// "2026-11-05T10:00:00.5Z ", of which a table may have the same in a cell of its own before a comma.
std::size_t length_of_moment(std::string_view line) {
  const auto end = line.find(' ');
  if (end == std::string_view::npos || line.find('T') != 10 || line.find(',') < end) return 0;
  return parse_civil_us(line.substr(0, end)) ? end + 1 : 0;
}

std::size_t length_of_stream(std::string_view line) {
  const auto moment = length_of_moment(line);
  if (moment == 0) return 0;
  for (const std::string_view stream : {"stdout F ", "stderr F ", "stdout P ", "stderr P "})
    if (line.substr(moment).starts_with(stream)) return moment + stream.size();
  return 0;
}

/// "Nov  5 10:00:00 host program[123]: "
std::size_t length_of_journal(std::string_view line) {
  constexpr std::size_t date_length = 16;
  const bool dated = line.size() > date_length && line[3] == ' ' && line[6] == ' ' && line[9] == ':' &&
                     line[12] == ':' && line[15] == ' ' && is_digit(line[7]) && is_digit(line[5]);
  if (!dated) return 0;
  const auto host = line.find(' ', date_length);
  const auto end = line.find(": ", date_length);
  const bool one_word = end != std::string_view::npos && host < end && line.find(' ', host + 1) == end + 1;
  return one_word ? end + 2 : 0;
}

/// "logger-1  | ", which is not the first cell of a table.
std::size_t length_of_service(std::string_view line) {
  const auto bar = line.find('|');
  if (bar == std::string_view::npos || bar == 0 || line.substr(bar, 2) != "| ") return 0;
  const auto name = trim(line.substr(0, bar));
  const bool word = !name.empty() && !is_digit(name.front()) && std::ranges::all_of(name, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.';
  });
  return word && line[bar - 1] == ' ' && line.find('|', bar + 1) == std::string_view::npos ? bar + 2 : 0;
}

/// What has to be the same before each line.
std::string_view label_of(LinePrefix prefix, std::string_view line) {
  const bool labelled = prefix == LinePrefix::task || prefix == LinePrefix::service;
  return labelled ? trim(line.substr(0, length_of(prefix, line))) : std::string_view{};
}

struct Prefixed {
  LinePrefix prefix = LinePrefix::none;
  std::size_t labels = 0;
};

Prefixed judge(std::string_view text) {
  for (const auto prefix :
       {LinePrefix::task, LinePrefix::stream, LinePrefix::moment, LinePrefix::journal, LinePrefix::service}) {
    std::size_t lines = 0;
    std::set<std::string_view> labels;
    bool all = true;
    for (auto rest = text; all && !rest.empty() && lines < lines_to_judge;) {
      const auto end = std::min(rest.find('\n'), rest.size());
      const auto line = rest.substr(0, end);
      const bool whole = end < rest.size();
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (trim(line).empty() || (!whole && lines > 0)) continue;
      all = length_of(prefix, line) != 0;
      labels.insert(label_of(prefix, line));
      ++lines;
    }
    if (all && lines >= fewest_lines) return {prefix, labels.size()};
  }
  return {};
}

}  // namespace

std::size_t length_of(LinePrefix prefix, std::string_view line) {
  switch (prefix) {
    case LinePrefix::task:
      return length_of_task(line);
    case LinePrefix::stream:
      return length_of_stream(line);
    case LinePrefix::moment:
      return length_of_moment(line);
    case LinePrefix::journal:
      return length_of_journal(line);
    case LinePrefix::service:
      return length_of_service(line);
    case LinePrefix::none:
      break;
  }
  return 0;
}

LinePrefix prefix_of_lines(std::string_view text) {
  const auto found = judge(text);
  return found.labels == 1 ? found.prefix : LinePrefix::none;
}

bool mixes_labels(std::string_view text) {
  return judge(text).labels > 1;
}

}  // namespace joulecast::formats
