#include "session/tables/board.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "session/tables/board_rows.hpp"
#include "session/tables/board_wishes.hpp"
#include "stats/summary.hpp"

namespace joulecast::session {
namespace {

constexpr double joules_per_kilowatt_hour = 3.6e6;
constexpr double never = std::numeric_limits<double>::infinity();
constexpr double close_to_best = 0.02;  // where nobody names a target

double money_for(const BoardPrices& prices, double pue, double joules, double seconds) {
  double money = 0;
  if (prices.energy) money += joules / joules_per_kilowatt_hour * pue * prices.energy->amount;
  if (prices.hour) money += seconds / 3600 * prices.hour->amount;
  return money;
}

/// The runs of one alternative on one task.
struct Group {
  std::vector<std::string> labels;
  std::vector<RunEffort> efforts;
};

std::string joined(const std::vector<std::string>& labels) {
  std::vector<std::string> said;
  std::ranges::copy_if(labels, std::back_inserter(said), [](const auto& label) { return !label.empty(); });
  return said.empty() ? "all runs" : fmt::format("{}", fmt::join(said, " / "));
}

double best_of(const RunEffort& effort, bool lower_is_better) {
  std::optional<double> best;
  for (const double value : effort.course.quality)
    if (std::isfinite(value) && (!best || (lower_is_better ? value < *best : value > *best))) best = value;
  return best.value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<double> median_of_known(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return std::nullopt;
  return stats::median(std::move(values));
}

BoardEntry entry_of(const Group& group, const BoardTask& task) {
  BoardEntry entry;
  entry.name = joined(group.labels);
  entry.labels = group.labels;
  entry.runs = group.efforts.size();
  std::vector<double> best;
  std::vector<double> whole;
  for (const auto& effort : group.efforts) {
    best.push_back(best_of(effort, task.lower_is_better));
    whole.push_back(effort.whole_energy.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  entry.best_quality = median_of_known(std::move(best));
  entry.whole_energy = median_of_known(std::move(whole));
  return entry;
}

void put_costs(BoardEntry& entry, const Group& group, const BoardTask& task, const BoardPrices& prices,
               double pue) {
  std::vector<double> energy;
  std::vector<double> time;
  std::vector<double> money;
  std::vector<double> spent_by_all;
  for (const auto& effort : group.efforts) {
    const auto at = tradeoff::first_reaching(effort.course.quality, task.target, task.lower_is_better);
    if (!at) {
      spent_by_all.push_back(effort.whole_energy.value_or(std::numeric_limits<double>::quiet_NaN()));
      continue;
    }
    energy.push_back(effort.course.energy[*at]);
    time.push_back(effort.course.time[*at]);
    money.push_back(money_for(prices, pue, energy.back(), time.back()));
    spent_by_all.push_back(energy.back());
  }
  entry.reached = energy.size();
  const auto missed = entry.runs - entry.reached;
  entry.energy = tradeoff::typical_cost(energy, missed);
  entry.time = tradeoff::typical_cost(time, missed);
  if (prices.energy || prices.hour) entry.money = tradeoff::typical_cost(money, missed);
  entry.expected_energy = tradeoff::expected_cost(spent_by_all, entry.reached);
}

void put_indices(BoardTask& task, double exponent) {
  std::optional<double> least;
  for (const auto& entry : task.entries)
    if (entry.whole_energy && (!least || *entry.whole_energy < *least)) least = entry.whole_energy;
  for (auto& entry : task.entries) {
    // A loss is no share of anything.
    if (task.lower_is_better || !entry.whole_energy || !entry.best_quality) continue;
    if (*entry.best_quality > 0 && *entry.best_quality <= 1)
      entry.joules_per_point = *entry.whole_energy / (100 * *entry.best_quality);
    entry.index = tradeoff::guarded_index(*entry.best_quality, *entry.whole_energy, *least, exponent);
    entry.sustainable_accuracy =
        tradeoff::sustainable_accuracy(*entry.best_quality, *entry.whole_energy, exponent);
  }
}

/// Within 2 % of the best alternative.
double target_from_best(const BoardTask& task) {
  std::optional<double> best;
  for (const auto& entry : task.entries)
    if (entry.best_quality &&
        (!best || (task.lower_is_better ? *entry.best_quality < *best : *entry.best_quality > *best)))
      best = entry.best_quality;
  const double slack = close_to_best * std::abs(best.value_or(0));
  return best.value_or(0) + (task.lower_is_better ? slack : -slack);
}

class BoardMaker {
 public:
  BoardMaker(const std::vector<BoardSource>& sources, const BoardRequest& request, BoardPrices prices)
      : sources_(sources), request_(request), prices_(std::move(prices)) {}

  /// Nothing where no run of the task tells the metric.
  Result<std::optional<BoardTask>> task(const BoardRows& rows, const BoardWish& wish) {
    auto groups = groups_of(rows, wish.metric);
    if (!groups) return propagate(groups.error());
    if (groups->empty()) return std::optional<BoardTask>();
    BoardTask task;
    task.name = rows.task;
    task.metric = wish.metric;
    task.lower_is_better = request_.lower_is_better || is_a_loss(wish.metric);
    for (const auto& group : *groups) {
      task.entries.push_back(entry_of(group, task));
      for (const auto& effort : group.efforts) {
        task.by_epoch = task.by_epoch || effort.course.quality.size() > 1;
        task.energy_assumed = task.energy_assumed || effort.energy_assumed;
      }
    }
    task.target_from_best = !wish.target;
    task.target = wish.target ? *wish.target : target_from_best(task);
    for (std::size_t i = 0; i < groups->size(); ++i)
      put_costs(task.entries[i], (*groups)[i], task, prices_, request_.pue);
    put_indices(task, request_.exponent);
    std::ranges::stable_sort(task.entries, {}, [](const BoardEntry& entry) {
      return std::pair(entry.energy.median.value_or(never), entry.expected_energy.value_or(never));
    });
    return task;
  }

 private:
  Result<std::vector<Group>> groups_of(const BoardRows& rows, const std::string& metric) const {
    std::vector<Group> groups;
    std::map<std::vector<std::string>, std::size_t> places;
    for (const auto& row : rows.rows) {
      auto effort = effort_of(sources_[row.source], row.row, metric, request_);
      if (!effort) return propagate(effort.error());
      if (!*effort) continue;
      const auto [place, fresh] = places.try_emplace(row.labels, groups.size());
      if (fresh) groups.push_back({row.labels, {}});
      groups[place->second].efforts.push_back(std::move(**effort));
    }
    return groups;
  }

  const std::vector<BoardSource>& sources_;
  const BoardRequest& request_;
  BoardPrices prices_;
};

void put_standings(Board& board) {
  struct Sum {
    std::size_t reached = 0;
    double logs = 0;
  };
  std::map<std::string, Sum> sums;
  for (const auto& task : board.tasks) {
    const auto least = task.entries.front().energy.median;
    for (const auto& entry : task.entries) {
      auto& sum = sums[entry.name];
      if (!entry.energy.median || !(*least > 0)) continue;
      ++sum.reached;
      sum.logs += std::log(*entry.energy.median / *least);
    }
  }
  for (const auto& [name, sum] : sums)
    board.standings.push_back({name, sum.reached,
                               sum.reached > 0
                                   ? std::optional(std::exp(sum.logs / static_cast<double>(sum.reached)))
                                   : std::nullopt});
  std::ranges::stable_sort(board.standings, [](const auto& a, const auto& b) {
    if (a.tasks_reached != b.tasks_reached) return a.tasks_reached > b.tasks_reached;
    return a.energy_ratio.value_or(0) < b.energy_ratio.value_or(0);
  });
}

}  // namespace

Result<Board> make_board(const std::vector<BoardSource>& sources, const BoardRequest& request) {
  Board board;
  std::vector<std::string> names;
  for (const auto& source : sources) names.push_back(source.table.source());
  board.source = fmt::format("{}", fmt::join(names, ", "));
  board.exponent = request.exponent;
  const auto prices = parse_prices(request);
  if (!prices) return propagate(prices.error());
  board.priced = prices->energy || prices->hour;
  board.currency = prices->energy ? prices->energy->currency : prices->hour ? prices->hour->currency : "";
  const auto wishes = wishes_of(sources, request);
  if (!wishes) return propagate(wishes.error());
  const auto tasks = rows_by_task(sources, request, board);
  if (!tasks) return propagate(tasks.error());
  if (auto ok = know_tasks(*wishes, *tasks); !ok) return propagate(ok.error());
  BoardMaker maker(sources, request, *prices);
  for (const auto& rows : *tasks) {
    bool judged = false;
    for (const auto& wish : *wishes) {
      if (judged || (!wish.task.empty() && to_lower(wish.task) != to_lower(rows.task))) continue;
      auto task = maker.task(rows, wish);
      if (!task) return propagate(task.error());
      if (!*task) continue;
      board.tasks.push_back(std::move(**task));
      judged = true;
    }
    if (!judged)
      board.warnings.push_back(fmt::format("task {}: no run tells a metric that is asked for", rows.task));
  }
  if (board.tasks.empty()) {
    std::vector<std::string> metrics;
    for (const auto& wish : *wishes) metrics.push_back(wish.metric);
    return fail_field("quality", "no run tells {}", fmt::join(metrics, " or "));
  }
  put_standings(board);
  return board;
}

}  // namespace joulecast::session
