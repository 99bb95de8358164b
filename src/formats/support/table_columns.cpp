#include "formats/support/table_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.hpp"
#include "formats/support/device_names.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/own_names.hpp"
#include "formats/support/row_series.hpp"
#include "formats/support/sums_of_columns.hpp"

namespace joulecast::formats {

using Role = Meaning::Role;

bool TableColumns::is_mapped() const {
  return std::ranges::any_of(options_.columns,
                             [](const auto& entry) { return entry.find('=') != std::string::npos; });
}

void TableColumns::judge_by(TableSample sample) {
  sampled_headings_ = headings_with_units(sample);
  sample_ = std::move(sample);
}

bool TableColumns::is_header(Cells cells) const {
  if (!is_mapped() && rules_.own_names && is_sampled(cells)) {
    const std::vector<std::string_view> headings(sampled_headings_.begin(), sampled_headings_.end());
    return rules_.is_header(headings);
  }
  if (!is_mapped()) return rules_.is_header(cells);
  if (!columns_.empty()) return std::ranges::equal(cells, headings_);
  return std::ranges::none_of(cells, [](auto cell) { return parse_cell(cell) || parse_log_time(cell); });
}

Status TableColumns::take_header(Cells cells, const std::string& where) {
  if (std::ranges::equal(cells, headings_)) return {};
  headings_.assign(cells.begin(), cells.end());
  const bool sampled = rules_.own_names && is_sampled(cells);
  const auto headings =
      sampled ? std::vector<std::string_view>(sampled_headings_.begin(), sampled_headings_.end())
              : std::vector<std::string_view>(cells.begin(), cells.end());
  std::vector<Meaning> meanings;
  if (rules_.meanings_of != nullptr)
    meanings = rules_.meanings_of(headings);
  else
    for (const auto cell : cells) meanings.push_back(rules_.meaning_of(cell, cells));
  if (is_mapped())  // only what tells rows apart is still taken from the headings
    for (auto& meaning : meanings)
      if (meaning.role == Role::measure) meaning = {};
  if (auto ok = apply_mapping(meanings, cells, where); !ok) return ok;
  if (sampled)
    if (auto ok = study(meanings, where); !ok) return ok;
  if (rules_.own_names && !is_mapped())
    if (auto ok = tell_devices_apart(meanings, where); !ok) return ok;
  set(std::move(meanings));
  return {};
}

Status TableColumns::study(std::vector<Meaning>& meanings, const std::string& where) {
  const bool device_is_told = std::ranges::any_of(
      options_.columns, [](const auto& entry) { return trim(entry.substr(0, entry.find('='))) == "device"; });
  if (!device_is_told) {
    const auto series = find_row_series(sample_, meanings);
    if (!series.refusal.empty() && !is_mapped())
      return fail(ErrorKind::malformed, where, "{}", series.refusal);
    const auto make_only = [&](std::optional<std::size_t> column, Role role) {
      if (!column) return;
      for (auto& meaning : meanings)
        if (meaning.role == role) meaning = {};
      meanings[*column] = Meaning::of(role);
    };
    make_only(series.machine, Role::node);
    make_only(series.device, Role::device);
  }
  if (!is_mapped())
    for (const auto i : find_double_columns(sample_, meanings)) {
      meanings[i] = {};
      told_.push_back(fmt::format("{}: the sum of others or a part of their sum, not added", headings_[i]));
    }
  const auto device = std::ranges::find(meanings, Role::device, &Meaning::role);
  if (device != meanings.end())
    sum_devices_ = find_sum_devices(sample_, meanings, static_cast<std::size_t>(device - meanings.begin()));
  return {};
}

/// Columns that would be one channel may be several devices: their headings differ by a name.
Status TableColumns::tell_devices_apart(std::vector<Meaning>& meanings, const std::string& where) const {
  std::map<std::string, std::vector<std::size_t>> alike;
  for (std::size_t i = 0; i < meanings.size(); ++i)
    if (meanings[i].role == Role::measure) alike[channel_name_in_row(meanings[i])].push_back(i);
  for (const auto& [channel, columns] : alike) {
    std::map<std::string, std::size_t> named;
    for (const auto i : columns) {
      const auto& first = headings_[columns.front()];
      if (is_of_another_run(headings_[i], first))
        return fail(ErrorKind::malformed, where,
                    "\"{}\" and \"{}\" belong to different runs: export one run at a time", first,
                    headings_[i]);
      if (auto name = name_in(headings_[i]); !name.empty()) named.emplace(std::move(name), i);
    }
    if (auto ok = give_names(meanings, columns, named, where); !ok) return ok;
  }
  return {};
}

Status TableColumns::give_names(std::vector<Meaning>& meanings, const std::vector<std::size_t>& columns,
                                const std::map<std::string, std::size_t>& named,
                                const std::string& where) const {
  constexpr int behind_plain = 10;
  const bool has_plain =
      std::ranges::any_of(columns, [&](std::size_t i) { return name_in(headings_[i]).empty(); });
  const bool names_kind =
      std::ranges::any_of(columns, [&](std::size_t i) { return named_kind(headings_[i]).has_value(); });
  const bool are_places =
      std::ranges::all_of(named, [](const auto& entry) { return is_place_name(entry.first); });
  const auto quantity = meanings[columns.front()].quantity;
  const bool counts = quantity == trace::Quantity::power || quantity == trace::Quantity::energy;
  if (counts && named.size() > 1 && !has_plain && !are_places)
    return are_unclear(columns[0], columns[1], where);
  // A name without a kind beside a column of a known kind may be of anything.
  for (const auto i : columns)
    if (counts && names_kind && !named_kind(headings_[i]) && !name_in(headings_[i]).empty())
      return are_unclear(i == columns[0] ? columns[1] : columns[0], i, where);
  std::set<std::string_view> seen;
  for (const auto i : columns)
    if (counts && !seen.insert(headings_[i]).second) return are_unclear(columns[0], i, where);
  for (const auto i : columns) {
    const auto name = name_in(headings_[i]);
    if (name.empty()) continue;
    if (named.size() > 1 && !has_plain && are_places)
      meanings[i].device = name;
    else
      meanings[i].rank += behind_plain;
  }
  return {};
}

Status TableColumns::are_unclear(std::size_t one, std::size_t other, const std::string& where) const {
  const auto kind = named_kind(headings_[one]);
  if (kind && !named_kind(headings_[other]))
    return fail(ErrorKind::malformed, where,
                "\"{}\" beside \"{}\" may be of anything: --columns time=…,{}_power_w={},node_power_w={} "
                "says that it "
                "is of the whole machine, {}_power_w={} alone leaves it out",
                headings_[other], headings_[one], trace::name_of(*kind), one + 1, other + 1,
                trace::name_of(*kind), one + 1);
  const auto role = kind && *kind != trace::Component::other ? trace::name_of(*kind) : "device";
  return fail(ErrorKind::malformed, where,
              "\"{}\" and \"{}\" may be two devices, or one that is measured twice: --columns "
              "time=…,{}0_power_w={},{}1_power_w={} takes both, power_w={} one",
              headings_[one], headings_[other], role, one + 1, role, other + 1, one + 1);
}

Status TableColumns::take_first_row(Cells cells, const std::string& where) {
  std::vector<Meaning> meanings(cells.size());
  number_headings(cells.size());
  if (is_mapped()) {
    if (auto ok = apply_mapping(meanings, cells, where); !ok) return ok;
  } else if (rules_.guess != nullptr) {
    meanings = rules_.guess(cells);
  }
  if (std::ranges::any_of(meanings, [](const auto& m) { return m.role == Role::measure; }))
    set(std::move(meanings));
  return {};
}

void TableColumns::number_headings(std::size_t count) {
  headings_.clear();
  for (std::size_t i = 0; i < count; ++i) headings_.push_back(fmt::format("column {}", i + 1));
}

/// What the user says with "role=column"; columns are named by heading or, from 1, by place.
Status TableColumns::apply_mapping(std::vector<Meaning>& meanings, Cells cells,
                                   const std::string& where) const {
  const OwnNames names(cells);
  for (const auto& entry : options_.columns) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos) continue;
    const std::string role(trim(std::string_view(entry).substr(0, equals)));
    const std::string column(trim(std::string_view(entry).substr(equals + 1)));
    const auto at = find_heading(column);
    if (at == headings_.size()) return fail(ErrorKind::malformed, where, "no column {}", column);
    auto meaning = names.meaning_of(role);
    if (meaning.role == Role::ignored) {  // beside these columns, unless the user says so
      const std::array<std::string_view, 1> alone{role};
      meaning = meaning_of_own_name(role, alone);
    }
    if (meaning.role == Role::ignored)
      return fail(ErrorKind::malformed, where, "--columns {}: not a role that a column can have", role);
    for (auto& other : meanings)
      if (meaning.role != Role::measure && other.role == meaning.role) other = {};
    meanings[at] = meaning;
  }
  return {};
}

std::size_t TableColumns::find_heading(std::string_view column) const {
  const auto found = std::ranges::find_if(
      headings_, [&](const auto& heading) { return equals_ignoring_case(trim(heading), column); });
  if (found != headings_.end()) return static_cast<std::size_t>(found - headings_.begin());
  const auto place = parse_uint(column);
  return place && *place >= 1 && *place <= headings_.size() ? static_cast<std::size_t>(*place - 1)
                                                            : headings_.size();
}

void TableColumns::set(std::vector<Meaning> meanings) {
  const auto has = [&](Role role) {
    return std::ranges::any_of(meanings, [&](const auto& meaning) { return meaning.role == role; });
  };
  if (!has(Role::time))  // "Date" with a whole moment
    for (auto& meaning : meanings)
      if (meaning.role == Role::date) meaning.role = Role::time;
  columns_.clear();
  channels_.clear();
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    columns_.push_back({headings_[i], std::move(meanings[i])});
    const auto& meaning = columns_.back().meaning;
    if (meaning.role != Role::measure) continue;
    const auto [at, is_new] = known.emplace(channel_name_in_row(meaning), channels_.size());
    if (is_new) channels_.emplace_back();
    channels_[at->second].push_back(i);
  }
  for (auto& columns : channels_)
    std::ranges::stable_sort(columns, {}, [&](std::size_t i) { return columns_[i].meaning.rank; });
}

std::size_t TableColumns::find(Role role) const {
  auto best = size();
  for (std::size_t i = 0; i < size(); ++i)
    if (columns_[i].meaning.role == role &&
        (best == size() || columns_[i].meaning.rank < columns_[best].meaning.rank))
      best = i;
  return best;
}

bool TableColumns::has_power() const {
  return std::ranges::any_of(columns_, [](const auto& column) {
    const auto quantity = column.meaning.quantity;
    return column.meaning.role == Role::measure &&
           (quantity == trace::Quantity::power || quantity == trace::Quantity::energy);
  });
}

std::string TableColumns::place_or_name(std::size_t i) const {
  return columns_[i].heading.starts_with("column ") ? fmt::format("{}", i + 1) : columns_[i].heading;
}

}  // namespace joulecast::formats
