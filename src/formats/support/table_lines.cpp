// What importers of tables need of single lines and names.
#include <algorithm>

#include "base/text.hpp"
#include "formats/support/table_import.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;
using trace::Quantity;

std::string_view suffix_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::energy:
      return "energy";
    case Quantity::power:
      return "power";
    case Quantity::utilisation:
      return "utilisation";
    case Quantity::memory_utilisation:
      return "memory_utilisation";
    case Quantity::memory_used:
      return "memory";
    case Quantity::temperature:
      return "temperature";
    case Quantity::frequency:
      return "clock";
    default:
      return "value";
  }
}

}  // namespace

std::optional<LogTime> time_of_block(std::string_view line) {
  constexpr std::string_view around = " \t-=#*[]<>|";
  const auto begin = line.find_first_not_of(around);
  if (begin == std::string_view::npos) return std::nullopt;
  line = line.substr(begin, line.find_last_not_of(around) - begin + 1);
  if (line.find_first_not_of("0123456789.") == std::string_view::npos) {
    const auto time = parse_log_time(line);  // a number alone may be a reading as well
    return time && time->zoned ? time : std::nullopt;
  }
  if (auto time = parse_log_time(line)) return time;
  const auto label = line.find(": ");  // "Timestamp: 2026-11-05 10:00:00"
  if (label == std::string_view::npos ||
      line.substr(0, label).find_first_of("0123456789,") != std::string_view::npos)
    return std::nullopt;
  return parse_log_time(line.substr(label + 2));
}

std::string channel_name(const Meaning& meaning, std::string_view device) {
  std::string name;
  if (meaning.component != Component::other) name = trace::name_of(meaning.component);
  if (meaning.component == Component::other && !(device.empty() && meaning.device.empty())) name = "device";
  auto place = meaning.device.empty() ? device : std::string_view(meaning.device);
  if (place.empty() && meaning.component == Component::gpu) place = "0";
  name += place;
  if (!meaning.rail.empty()) name += (name.empty() ? "" : "_") + meaning.rail;
  if (!name.empty()) name += '_';
  return name + std::string(suffix_of(meaning.quantity));
}

std::string channel_name_in_row(const Meaning& meaning) {
  return meaning.node.empty() ? channel_name(meaning, "") : meaning.node + "/" + channel_name(meaning, "");
}

std::vector<std::string_view> cells_of(std::string_view line, const TableRules& rules) {
  std::vector<std::string_view> cells;
  if (!rules.blanks) {
    for (const auto cell : split(line, ',')) cells.push_back(trim(cell));
    return cells;
  }
  while (line.starts_with('#') || line.starts_with(' ')) line.remove_prefix(1);
  for (auto begin = line.find_first_not_of(rules.separators); begin != std::string_view::npos;
       begin = line.find_first_not_of(rules.separators, begin)) {
    const auto end = std::min(line.find_first_of(rules.separators, begin), line.size());
    cells.push_back(line.substr(begin, end - begin));
    begin = end;
  }
  return cells;
}

std::string_view first_line(std::string_view head) {
  while (!head.empty()) {
    const auto line = trim(head.substr(0, head.find('\n')));
    if (!line.empty()) return line;
    head.remove_prefix(std::min(head.find('\n'), head.size() - 1) + 1);
  }
  return {};
}

}  // namespace joulecast::formats
