#include "formats/bundle_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"
#include "formats/support/decimal.hpp"

namespace joulecast::formats {
namespace {

using trace::Behaviour;
using trace::Component;
using trace::Quantity;

struct Suffix {
  std::string_view text;
  Quantity quantity;
  Behaviour behaviour;
  CellUnit unit;
  std::string_view channel;  ///< part of the channel's name that follows the device
};

constexpr std::array<Suffix, 8> suffixes{{
    {"_w", Quantity::power, Behaviour::gauge, CellUnit::base, "_power"},
    {"_energy_j", Quantity::energy, Behaviour::counter, CellUnit::base, "_energy"},
    {"_util_pct", Quantity::utilisation, Behaviour::gauge, CellUnit::percent, "_utilisation"},
    {"_mem_util_pct", Quantity::memory_utilisation, Behaviour::gauge, CellUnit::percent,
     "_memory_utilisation"},
    {"_mem_mib", Quantity::memory_used, Behaviour::gauge, CellUnit::mebibytes, "_memory"},
    {"_temp_c", Quantity::temperature, Behaviour::gauge, CellUnit::base, "_temperature"},
    {"_cpu_pct", Quantity::process_cpu, Behaviour::gauge, CellUnit::percent, "_cpu"},
    {"_rss_mb", Quantity::process_memory, Behaviour::gauge, CellUnit::megabytes, "_memory"},
}};

constexpr bool of_process(Quantity quantity) {
  return quantity == Quantity::process_cpu || quantity == Quantity::process_memory;
}

const Suffix* suffix_of(const trace::Channel& channel) {
  for (const auto& suffix : suffixes)
    if (suffix.quantity == channel.quantity && suffix.behaviour == channel.behaviour &&
        of_process(suffix.quantity) == (channel.component == Component::process))
      return &suffix;
  return nullptr;
}

/// Whether a machine has only one such component, so that its columns have no number.
constexpr bool single(Component component) {
  return component == Component::node || component == Component::process;
}

}  // namespace

std::optional<BundleColumn> bundle_column(std::string_view name, const std::string& node) {
  for (const auto component :
       {Component::gpu, Component::cpu, Component::dram, Component::node, Component::process}) {
    const auto prefix = trace::name_of(component);
    if (!name.starts_with(prefix)) continue;
    const auto rest = name.substr(prefix.size());
    const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_digit) - rest.begin());
    if (single(component) != (digits == 0) || digits > 6) return std::nullopt;
    for (const auto& suffix : suffixes) {
      if (suffix.text != rest.substr(digits) ||
          of_process(suffix.quantity) != (component == Component::process))
        continue;
      BundleColumn column{.channel = {}, .unit = suffix.unit};
      column.channel.name = fmt::format("{}{}{}{}", node.empty() ? "" : node + "/", prefix,
                                        rest.substr(0, digits), suffix.channel);
      column.channel.sensor = "bundle";
      column.channel.node = node;
      column.channel.quantity = suffix.quantity;
      column.channel.behaviour = suffix.behaviour;
      column.channel.component = component;
      column.channel.device = std::string(rest.substr(0, digits));
      return column;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<ColumnName> bundle_column_name(const trace::Channel& channel, std::size_t index) {
  const auto* suffix = suffix_of(channel);
  if (suffix == nullptr || channel.component == Component::other) return std::nullopt;
  const auto number = single(channel.component) ? std::string() : fmt::format("{}", index);
  return ColumnName{fmt::format("{}{}{}", trace::name_of(channel.component), number, suffix->text),
                    suffix->unit};
}

double from_cell(double cell, CellUnit unit) {
  switch (unit) {
    case CellUnit::base:
      return cell;
    case CellUnit::percent:
      return cell / 100;
    case CellUnit::mebibytes:
      return std::round(cell * 1048576);
    case CellUnit::megabytes:
      return std::round(cell * 1e6);
  }
  return cell;
}

double to_cell(double value, CellUnit unit) {
  // 15 significant digits are enough for every percentage and every whole number of bytes that was read from
  // a shorter cell.
  const auto rounded = [](double cell) { return parse_double(fmt::format("{:.15g}", cell)).value_or(cell); };
  switch (unit) {
    case CellUnit::base:
      return value;
    case CellUnit::percent:
      return rounded(value * 100);
    case CellUnit::mebibytes:
      return value / 1048576;
    case CellUnit::megabytes:
      return rounded(value / 1e6);
  }
  return value;
}

}  // namespace joulecast::formats
