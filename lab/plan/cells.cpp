#include "lab/plan/cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace joulecast::lab {
namespace {

/// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: the same on every machine and in every version.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

constexpr std::size_t longest_folder_title = 60;

bool fits_into_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

}  // namespace

std::string key_of(const Levels& levels) {
  std::string key;
  for (const auto& [factor, level] : levels) {
    key += key.empty() ? "" : ",";
    key += factor + "=";
    for (const char c : level) {
      if (c == ',' || c == '=' || c == '\\') key += '\\';
      key += c;
    }
  }
  return key;
}

bool has_levels(const Cell& cell, const Levels& some) {
  return std::ranges::all_of(some, [&](const auto& level) {
    const auto found = cell.levels.find(level.first);
    return found != cell.levels.end() && found->second == level.second;
  });
}

Result<Levels> some_levels(std::string_view text, const Plan& plan, const std::string& field) {
  Levels levels;
  std::string factor, level;
  bool in_level = false;
  const auto put = [&]() -> Status {
    if (std::ranges::find(plan.factors, factor, &Factor::name) == plan.factors.end())
      return fail_field(field, "\"{}\" is no factor of the plan; write it like {}={}", factor,
                        plan.factors.front().name, plan.factors.front().levels.front());
    levels[std::exchange(factor, {})] = std::exchange(level, {});
    in_level = false;
    return {};
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!in_level && text[i] == '=') {
      in_level = true;
    } else if (text[i] == ',') {
      if (const auto ok = put(); !ok) return propagate(ok.error());
    } else {
      if (in_level && text[i] == '\\' && i + 1 < text.size()) ++i;
      (in_level ? level : factor) += text[i];
    }
  }
  if (const auto ok = put(); !ok) return propagate(ok.error());
  if (std::ranges::any_of(plan.cells, [&](const Cell& cell) { return has_levels(cell, levels); }))
    return levels;
  return fail_field(field, "no cell of the plan has {}", text);
}

Cell make_cell(Levels levels) {
  Cell cell{std::move(levels), {}, {}};
  cell.key = key_of(cell.levels);
  cell.id = fmt::format("{:016x}", hash_of(cell.key));
  return cell;
}

std::string folder_name_of(const Cell& cell) {
  std::string title;
  for (const auto& [factor, level] : cell.levels) {
    for (const char c : level) title += fits_into_a_name(c) ? c : '_';
    title += '-';
  }
  if (title.size() > longest_folder_title) title = title.substr(0, longest_folder_title) + "-";
  if (title.starts_with('.')) title.front() = '_';
  return title + cell.id.substr(0, 8);
}

std::string title_of(const Cell& cell, const std::vector<Factor>& factors) {
  std::string title;
  for (const auto& factor : factors) {
    const auto level = cell.levels.find(factor.name);
    if (level == cell.levels.end()) continue;
    title += title.empty() ? "" : ", ";
    title += level->second;
  }
  return title;
}

bool is_excluded(const Levels& levels, const Exclusion& exclusion) {
  return std::ranges::all_of(exclusion.levels, [&](const auto& named) {
    const auto level = levels.find(named.first);
    return level != levels.end() && std::ranges::find(named.second, level->second) != named.second.end();
  });
}

std::vector<Cell> cells_of(const std::vector<Factor>& factors, const std::vector<Exclusion>& exclusions) {
  std::vector<Levels> all{{}};
  for (const auto& factor : factors) {
    std::vector<Levels> longer;
    longer.reserve(all.size() * factor.levels.size());
    for (const auto& levels : all)
      for (const auto& level : factor.levels) longer.emplace_back(levels)[factor.name] = level;
    all = std::move(longer);
  }
  std::vector<Cell> cells;
  for (auto& levels : all) {
    const auto excludes = [&](const Exclusion& exclusion) { return is_excluded(levels, exclusion); };
    if (std::ranges::none_of(exclusions, excludes)) cells.push_back(make_cell(std::move(levels)));
  }
  return cells;
}

}  // namespace joulecast::lab
