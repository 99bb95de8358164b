#include "store/sql/run_sums.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "store/sql/run_conditions.hpp"

namespace joulecast::store::sql {
namespace {

/// What of a run is added up.
struct ChosenRun {
  std::int64_t key = 0;
  double energy_j = 0;  ///< NaN = not known
  bool is_running = false;
  std::size_t tags_seen = 0;  ///< number of the tag that it was found to have last, from 1
};

/// Sums that grow run by run.
class Sums {
 public:
  void add(std::string_view name, const ChosenRun& run) {
    auto& sum = sum_of(name);
    if (run.is_running) {
      ++sum.running;
      return;
    }
    ++sum.ended;
    if (std::isnan(run.energy_j))
      ++sum.without_energy;
    else
      sum.energy += Joules{run.energy_j};
  }
  [[nodiscard]] std::vector<RunSum> by_energy() && {
    std::vector<RunSum> sums;
    for (auto& [name, sum] : sums_) sums.push_back(std::move(sum));
    std::ranges::sort(sums, [](const RunSum& a, const RunSum& b) {
      return std::pair(b.energy, std::string_view(a.name)) < std::pair(a.energy, std::string_view(b.name));
    });
    return sums;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  /// Runs of one value often come one after the other.
  RunSum& sum_of(std::string_view name) {
    if (last_ != nullptr && last_->name == name) return *last_;
    auto found = sums_.find(name);
    if (found == sums_.end()) found = sums_.emplace(name, RunSum{.name = std::string(name)}).first;
    return *(last_ = &found->second);
  }

  std::unordered_map<std::string, RunSum, Hash, std::equal_to<>> sums_;
  RunSum* last_ = nullptr;
};

/// The runs that match, and their sums by machine: one pass over an index that holds all that is needed. The
/// tags are joined with them here, because SQLite looks each run up in a tree.
class Summation {
 public:
  explicit Summation(Database& database) : database_(database) {}

  Status read_runs(const RunQuery& query, const std::vector<std::int64_t>& dead) {
    const auto conditions = conditions_of(database_.dialect(), query, dead);
    auto rows = database_.once(fmt::format("SELECT key, status, hostname, energy_j FROM {}{}",
                                           table_of(database_.dialect(), query), conditions.text()),
                               values_of(conditions));
    while (rows.row()) {
      runs_.push_back(
          {.key = rows.integer(0), .energy_j = rows.real(3), .is_running = rows.text(1) == "running"});
      hosts_.add(rows.text(2), runs_.back());
    }
    if (auto status = rows.status(); !status) return status;
    return choose_way_to_tags();
  }
  [[nodiscard]] std::vector<RunSum> by_host() && { return std::move(hosts_).by_energy(); }

  [[nodiscard]] Result<std::vector<RunSum>> by_tag(const std::string& tag) {
    Sums sums;
    ++tags_;
    const auto status = looks_up_ ? look_up(tag, sums) : scan(tag, sums);
    if (!status) return propagate(status.error());
    for (const auto& run : runs_)
      if (run.tags_seen != tags_) sums.add("", run);
    return std::move(sums).by_energy();
  }

 private:
  /// A look-up in the tags takes eight times as long as a step through them. There may be as many as runs,
  /// whose number the last key shows well enough.
  Status choose_way_to_tags() {
    constexpr std::int64_t steps_of_look_up = 8;
    auto last = database_.query("SELECT max(key) FROM @run");
    const auto all = last.row() ? last.integer(0) : 0;
    if (auto status = last.status(); !status) return status;
    const auto is_known = [&](std::int64_t key) { return key > 0 && key <= all; };
    looks_up_ = static_cast<std::int64_t>(runs_.size()) < all / steps_of_look_up ||
                !std::ranges::all_of(runs_, is_known, &ChosenRun::key);
    if (looks_up_) return {};
    by_key_.assign(static_cast<std::size_t>(all) + 1, nullptr);
    for (auto& run : runs_) by_key_[static_cast<std::size_t>(run.key)] = &run;
    return {};
  }

  void take(ChosenRun& run, std::string_view value, Sums& sums) const {
    run.tags_seen = tags_;
    sums.add(value, run);
  }
  /// nullptr for one that was not chosen, or whose tags outlived it.
  [[nodiscard]] ChosenRun* run_of(std::int64_t key) const {
    const auto place = static_cast<std::size_t>(key);  // beyond the last one if it is negative
    return place < by_key_.size() ? by_key_[place] : nullptr;
  }

  Status scan(const std::string& tag, Sums& sums) {
    auto rows = database_.query("SELECT run, value FROM @tag WHERE name = ?", tag);
    while (rows.row())
      if (auto* run = run_of(rows.integer(0))) take(*run, rows.text(1), sums);
    return rows.status();
  }

  Status look_up(const std::string& tag, Sums& sums) {
    for (auto& run : runs_) {
      auto row = database_.query("SELECT value FROM @tag WHERE run = ? AND name = ?", run.key, tag);
      if (row.row()) take(run, row.text(0), sums);
      if (auto status = row.status(); !status) return status;
    }
    return {};
  }

  Database& database_;
  std::vector<ChosenRun> runs_;
  std::vector<ChosenRun*> by_key_;  ///< of every key up to the last, where the tags are scanned
  Sums hosts_;
  bool looks_up_ = false;
  std::size_t tags_ = 0;
};

Result<RunSums> sum_here(Database& database, const RunQuery& query, const std::vector<std::string>& tags,
                         const std::vector<std::int64_t>& dead) {
  Summation summation(database);
  if (auto status = summation.read_runs(query, dead); !status) return propagate(status.error());
  RunSums sums;
  for (const auto& tag : tags) {
    if (sums.tags.contains(tag)) continue;
    auto of_tag = summation.by_tag(tag);
    if (!of_tag) return propagate(of_tag.error());
    sums.tags[tag] = std::move(*of_tag);
  }
  sums.hosts = std::move(summation).by_host();
  return sums;
}

/// By machine, or by a tag if it has a name. A server joins tables well, and its rows would have a long way.
Result<std::vector<RunSum>> ask_server(Database& database, const RunQuery& query, const std::string& tag,
                                       const std::vector<std::int64_t>& dead) {
  const auto conditions = conditions_of(database.dialect(), query, dead);
  auto values = values_of(conditions);
  const auto chosen = fmt::format("(SELECT key, status, hostname, energy_j FROM {}{}) AS chosen",
                                  table_of(database.dialect(), query), conditions.text());
  // Every run once: a run has a tag of one name at most.
  if (!tag.empty()) values.push_back(value_of(tag));
  const auto [label, from] =
      tag.empty()
          ? std::pair("nullif(chosen.hostname, '')", chosen)
          : std::pair("tag.value", chosen + " LEFT JOIN @tag ON tag.run = chosen.key AND tag.name = ?");
  auto rows =
      database.once(fmt::format("SELECT {} AS label, sum(CASE WHEN status <> 'running' THEN 1 ELSE 0 END), "
                                "sum(CASE WHEN status = 'running' THEN 1 ELSE 0 END), "
                                "coalesce(sum(CASE WHEN status <> 'running' THEN energy_j END), 0.0), "
                                "sum(CASE WHEN status <> 'running' AND energy_j IS NULL THEN 1 ELSE 0 END) "
                                "FROM {} GROUP BY label ORDER BY 4 DESC, label",
                                label, from),
                    values);
  std::vector<RunSum> sums;
  while (rows.row()) {
    const auto count = [&](int column) { return static_cast<std::size_t>(rows.integer(column)); };
    sums.push_back({std::string(rows.text(0)), count(1), count(2), Joules{rows.real(3)}, count(4)});
  }
  if (auto status = rows.status(); !status) return propagate(status.error());
  return sums;
}

}  // namespace

Result<RunSums> sum_runs(Database& database, const RunQuery& query, const std::vector<std::string>& tags,
                         const std::vector<std::int64_t>& dead) {
  if (!database.dialect().is_server) return sum_here(database, query, tags, dead);
  RunSums sums;
  auto hosts = ask_server(database, query, "", dead);
  if (!hosts) return propagate(hosts.error());
  sums.hosts = std::move(*hosts);
  for (const auto& tag : tags) {
    if (sums.tags.contains(tag)) continue;
    auto of_tag = ask_server(database, query, tag, dead);
    if (!of_tag) return propagate(of_tag.error());
    sums.tags[tag] = std::move(*of_tag);
  }
  return sums;
}

}  // namespace joulecast::store::sql
