#include "trace/node_list.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <optional>

#include "base/text.hpp"

namespace joulecast::trace {
namespace {

constexpr std::size_t most_nodes = 100'000;
constexpr std::size_t longest_name = 255;  // of a host: what is longer, times so many nodes, fills the memory

/// The parts between commas that stand in no bracket; nothing where brackets do not match.
std::optional<std::vector<std::string_view>> parts_of(std::string_view list) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  bool inside = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '[' || list[i] == ']') {
      if (inside == (list[i] == '[')) return std::nullopt;
      inside = !inside;
    } else if (list[i] == ',' && !inside) {
      parts.push_back(list.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (inside) return std::nullopt;
  parts.push_back(list.substr(begin));
  return parts;
}

/// "08-11" with the first one's width: 08, 09, 10, 11. A number alone is itself.
std::vector<std::string> numbers_in(std::string_view range) {
  const auto dash = range.find('-');
  const auto low = range.substr(0, dash);
  if (low.size() > longest_name) return {};
  const auto first = parse_uint(low);
  const auto last = dash == range.npos ? first : parse_uint(range.substr(dash + 1));
  if (!first || !last || *last < *first || *last - *first >= most_nodes) return {};
  std::vector<std::string> numbers;
  for (std::uint64_t i = 0; i <= *last - *first; ++i)  // to the last number that there is, too
    numbers.push_back(fmt::format("{:0{}}", *first + i, low.size()));
  return numbers;
}

/// A name may have several brackets: "rack[1-2]node[1-4]", of which the last one counts fastest. Empty where
/// one cannot be read.
std::vector<std::string> names_in(std::string_view part) {
  std::vector<std::string> names{""};
  while (!part.empty()) {
    const auto open = part.find('[');
    if (names.front().size() + part.substr(0, open).size() > longest_name) return {};
    for (auto& name : names) name += part.substr(0, open);
    if (open == part.npos) break;
    const auto close = part.find(']', open);
    std::vector<std::string> numbers;
    for (const auto range : split(part.substr(open + 1, close - open - 1), ',')) {
      auto some = numbers_in(range);
      if (some.empty()) return {};
      numbers.insert(numbers.end(), some.begin(), some.end());
    }
    if (names.size() * numbers.size() > most_nodes) return {};
    std::vector<std::string> longer;
    for (const auto& name : names)
      for (const auto& number : numbers) longer.push_back(name + number);
    names = std::move(longer);
    part = part.substr(close + 1);
  }
  return names;
}

}  // namespace

std::vector<std::string> expand_node_list(std::string_view list) {
  const auto parts = parts_of(trim(list));
  if (!parts) return {};
  std::vector<std::string> nodes;
  for (const auto part : *parts) {
    auto names = names_in(part);
    if (part.empty() || names.empty() || nodes.size() + names.size() > most_nodes) return {};
    nodes.insert(nodes.end(), std::make_move_iterator(names.begin()), std::make_move_iterator(names.end()));
  }
  return nodes;
}

}  // namespace joulecast::trace
