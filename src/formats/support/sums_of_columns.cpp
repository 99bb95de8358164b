#include "formats/support/sums_of_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "formats/support/decimal.hpp"
#include "formats/support/device_names.hpp"
#include "formats/support/heading_words.hpp"

namespace joulecast::formats {
namespace {

using Role = Meaning::Role;
using trace::Component;

constexpr std::size_t fewest_times = 8;
/// Parts and whole are read one after the other and are rounded.
constexpr double slack = 0.02;
constexpr double share_of_times = 0.9;
/// Among more, some add up to another by chance.
constexpr std::size_t most_parts = 64;

struct Part {
  Component component = Component::other;
  bool numbered = false;  ///< one of several of its kind
  bool counts = true;     ///< in a total: no part of another, no share
  std::vector<double> watts;
};

/// Whether `whole` is the sum of the parts that `takes` accepts, of which there are at least so many.
template <class Takes>
bool is_sum(const std::vector<Part>& parts, std::size_t whole, std::size_t fewest, Takes takes) {
  std::size_t count = 0, times = 0, alike = 0;
  std::set<double> levels;
  for (std::size_t i = 0; i < parts.size(); ++i)
    count += i != whole && parts[i].counts && takes(parts[i]) ? 1 : 0;
  if (count < fewest) return false;
  for (std::size_t t = 0; t < parts[whole].watts.size(); ++t) {
    double sum = 0;
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (i != whole && parts[i].counts && takes(parts[i])) sum += parts[i].watts[t];
    const auto total = parts[whole].watts[t];
    if (std::isnan(sum) || std::isnan(total)) continue;
    ++times;
    alike += std::abs(total - sum) <= slack * total ? 1 : 0;
    levels.insert(total);
  }
  // Constant powers may be equal by chance.
  return times >= fewest_times && levels.size() > 2 &&
         static_cast<double>(alike) >= share_of_times * static_cast<double>(times);
}

/// Whether a power that is called the machine's is only that of one component of several: of all GPUs beside
/// a CPU.
bool is_of_one_component(const std::vector<Part>& parts, std::size_t whole) {
  for (const auto component : {Component::gpu, Component::cpu}) {
    const auto is_its = [&](const Part& part) { return part.component == component; };
    const bool has_others = std::ranges::any_of(parts, [&](const Part& part) {
      return part.counts && part.component != component && part.component != Component::node;
    });
    if (has_others && is_sum(parts, whole, 1, is_its)) return true;
  }
  return false;
}

std::vector<std::size_t> find_sums(const std::vector<Part>& parts) {
  std::vector<std::size_t> sums;
  if (parts.size() > most_parts) return sums;
  const auto nodes = std::ranges::count(parts, Component::node, &Part::component);
  for (std::size_t whole = 0; whole < parts.size(); ++whole) {
    if (parts[whole].numbered || !parts[whole].counts) continue;
    const auto component = parts[whole].component;
    const bool is_machine = component == Component::node && nodes == 1;
    const bool found =
        is_machine
            ? is_of_one_component(parts, whole)
            : is_sum(parts, whole, 2, [](const Part& part) { return part.component != Component::node; }) ||
                  is_sum(parts, whole, 2, [&](const Part& part) { return part.component == component; });
    if (found) sums.push_back(whole);
  }
  return sums;
}

/// Whether a sum that was found has this part: it is the sum of all parts, or of those of its component.
bool is_part_of(const std::vector<Part>& parts, std::size_t whole, std::size_t part) {
  const auto is_no_machine = [](const Part& other) { return other.component != Component::node; };
  if (part == whole || !is_no_machine(parts[part])) return false;
  return parts[part].component == parts[whole].component || is_sum(parts, whole, 2, is_no_machine);
}

}  // namespace

std::vector<std::size_t> find_double_columns(const TableSample& sample,
                                             const std::vector<Meaning>& meanings) {
  std::vector<Part> parts;
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < meanings.size(); ++i) {
    const auto& meaning = meanings[i];
    if (meaning.role != Role::measure || meaning.quantity != trace::Quantity::power ||
        !meaning.rail.empty() || !meaning.node.empty())
      continue;
    auto& part = parts.emplace_back();
    part.component = meaning.component;
    part.numbered = !HeadingWords(sample.header[i]).number().empty();
    if (parts.size() > most_parts) return {};
    for (const auto& row : sample.rows) part.watts.push_back(value_in(row[i], meaning));
    columns.push_back(i);
  }
  const auto sums = find_sums(parts);
  std::set<std::string> names;
  for (const auto i : columns) names.insert(channel_name_in_row(meanings[i]));
  const bool are_apart = names.size() == columns.size();
  std::vector<std::size_t> doubles;
  for (std::size_t place = 0; place < parts.size(); ++place) {
    const bool is_whole = std::ranges::find(sums, place) != sums.end();
    // Parts that would be taken for one device are all inside their sum.
    const bool is_inside = !sums.empty() && is_part_of(parts, sums.front(), place);
    if (are_apart ? is_whole : is_inside) doubles.push_back(columns[place]);
  }
  return doubles;
}

std::vector<std::string> find_sum_devices(const TableSample& sample, const std::vector<Meaning>& meanings,
                                          std::size_t device) {
  std::optional<std::size_t> power;
  std::vector<std::size_t> times;
  for (std::size_t i = 0; i < meanings.size(); ++i) {
    const auto role = meanings[i].role;
    if (role == Role::time || role == Role::date || role == Role::node) times.push_back(i);
    if (!power && role == Role::measure && meanings[i].quantity == trace::Quantity::power) power = i;
  }
  if (!power) return {};
  std::map<std::string, std::size_t> devices, moments;
  for (const auto& row : sample.rows) {
    std::string moment;
    for (const auto i : times) moment.append(row[i]).push_back('\x1f');
    moments.emplace(moment, moments.size());
    devices.emplace(row[device], devices.size());
  }
  if (devices.size() > most_parts) return {};
  std::vector<Part> parts(devices.size());
  for (const auto& [name, place] : devices) {
    const auto named = named_device(name);
    parts[place].component = named.component.value_or(meanings[*power].component);
    parts[place].numbered = std::ranges::any_of(name, is_digit);
    parts[place].counts = !named.overlaps_others && !named.is_no_power && named.rail.empty();
    parts[place].watts.assign(moments.size(), std::numeric_limits<double>::quiet_NaN());
  }
  for (const auto& row : sample.rows) {
    std::string moment;
    for (const auto i : times) moment.append(row[i]).push_back('\x1f');
    auto& watts = parts[devices.at(row[device])].watts[moments.at(moment)];
    if (std::isnan(watts)) watts = value_in(row[*power], meanings[*power]);
  }
  std::vector<std::string> sums;
  const auto found = find_sums(parts);
  for (const auto& [name, place] : devices)
    if (std::ranges::find(found, place) != found.end()) sums.push_back(name);
  return sums;
}

}  // namespace joulecast::formats
