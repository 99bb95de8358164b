#include "formats/support/table_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/own_names.hpp"

namespace joulecast::formats {

using Role = Meaning::Role;

bool TableColumns::is_mapped() const {
  return std::ranges::any_of(options_.columns,
                             [](const auto& entry) { return entry.find('=') != std::string::npos; });
}

bool TableColumns::is_header(Cells cells) const {
  if (!is_mapped()) return rules_.is_header(cells);
  if (!columns_.empty()) return std::ranges::equal(cells, headings_);
  return std::ranges::none_of(cells, [](auto cell) { return parse_cell(cell) || parse_log_time(cell); });
}

Status TableColumns::take_header(Cells cells, const std::string& where) {
  if (std::ranges::equal(cells, headings_)) return {};
  headings_.assign(cells.begin(), cells.end());
  std::vector<Meaning> meanings;
  for (const auto cell : cells) meanings.push_back(rules_.meaning_of(cell, cells));
  if (is_mapped())  // only what tells rows apart is still taken from the headings
    for (auto& meaning : meanings)
      if (meaning.role == Role::measure) meaning = {};
  if (auto ok = apply_mapping(meanings, cells, where); !ok) return ok;
  set(std::move(meanings));
  return {};
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
  for (const auto& entry : options_.columns) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos) continue;
    const std::string role(trim(std::string_view(entry).substr(0, equals)));
    const std::string column(trim(std::string_view(entry).substr(equals + 1)));
    const auto at = find_heading(column);
    if (at == headings_.size()) return fail(ErrorKind::malformed, where, "no column {}", column);
    const auto meaning = meaning_of_own_name(role, cells);
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
    const auto [at, is_new] = known.emplace(channel_name(meaning, ""), channels_.size());
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
