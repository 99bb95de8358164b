#include "lab/forecast/forecast.hpp"

#include <algorithm>
#include <cmath>

#include "lab/campaign/needed_repetitions.hpp"
#include "lab/execute/setup.hpp"
#include "stats/distributions.hpp"
#include "stats/summary.hpp"

namespace joulecast::lab {
namespace {

constexpr double both_tails = 0.95;  // the upper end of a 90 % interval

std::optional<Figure> mean_of(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  Figure figure{stats::mean(values), {}, {}};
  if (values.size() < 2) return figure;
  const auto n = static_cast<double>(values.size());
  // of one further run
  const double half =
      stats::student_t_quantile(both_tails, n - 1) * stats::sample_sd(values) * std::sqrt(1 + 1 / n);
  figure.low = std::max(0.0, figure.value - half);
  figure.high = figure.value + half;
  return figure;
}

/// How much runs of one cell differ, relative to its mean, over all cells that have several.
struct Spread {
  double relative = 0;
  double freedom = 0;  ///< degrees of it; 0 = not known
};

Spread spread_of(const std::vector<CellForecast>& cells, std::vector<double> CellForecast::*values) {
  Spread spread;
  double squares = 0;
  for (const auto& cell : cells) {
    const auto& runs = cell.*values;
    const double mean = stats::mean(runs);
    if (runs.size() < 2 || !(mean > 0)) continue;
    const auto freedom = static_cast<double>(runs.size() - 1);
    squares += freedom * stats::sample_variance(runs) / (mean * mean);
    spread.freedom += freedom;
  }
  if (spread.freedom > 0) spread.relative = std::sqrt(squares / spread.freedom);
  return spread;
}

/// Adds up figures whose errors are independent of each other, and others that have one error in common.
class Sum {
 public:
  /// `spread`: of cells with one run, whose own is not known.
  explicit Sum(Spread spread) : spread_(spread) {}

  /// `times` runs of a cell.
  void add(const std::optional<Figure>& one, const std::vector<double>& values, double times) {
    if (!one || times <= 0) return;
    any_ = true;
    value_ += times * one->value;
    if (values.size() == 1 && spread_.freedom > 0) {
      const double half = stats::student_t_quantile(both_tails, spread_.freedom) * spread_.relative *
                          one->value * std::sqrt(times + times * times);
      squares_ += half * half;
    } else if (!one->low || !one->high) {
      whole_ = false;
    } else if (values.size() > 1) {
      const auto n = static_cast<double>(values.size());
      const double half = stats::student_t_quantile(both_tails, n - 1) * stats::sample_sd(values) *
                          std::sqrt(times + times * times / n);
      squares_ += half * half;
    } else {
      below_ += times * (one->value - *one->low);
      above_ += times * (*one->high - one->value);
    }
  }
  [[nodiscard]] std::optional<Figure> figure() const {
    if (!any_) return std::nullopt;
    Figure sum{value_, {}, {}};
    if (!whole_) return sum;
    const double half = std::sqrt(squares_);
    sum.low = std::max(0.0, value_ - below_ - half);
    sum.high = value_ + above_ + half;
    return sum;
  }

 private:
  Spread spread_;
  bool any_ = false, whole_ = true;
  double value_ = 0, squares_ = 0, below_ = 0, above_ = 0;
};

struct Pauses {
  Seconds before{0};  ///< anything
  Seconds between{0};
  bool at_most = false;
};

Pauses pauses_of(const Plan& plan) {
  Pauses pauses;
  if (plan.warm_up) {
    pauses.before = plan.warm_up->duration.value_or(plan.warm_up->at_most);
    pauses.at_most = !plan.warm_up->duration;
  }
  if (plan.cool_down) {
    pauses.between = plan.cool_down->duration.value_or(plan.cool_down->at_most);
    pauses.at_most = pauses.at_most || !plan.cool_down->duration;
  }
  return pauses;
}

/// As Schedule::next() inserts them: before the first run, before the run after each `every`, and at the end.
std::size_t references_left(const Plan& plan, const Standing& standing, std::size_t runs) {
  if (!plan.reference) return 0;
  const auto every = static_cast<std::size_t>(plan.reference->every);
  const auto known = standing.runs_since_reference();
  if (runs == 0) return known.value_or(0) > 0 ? 1 : 0;
  const auto since = std::min(static_cast<std::size_t>(known.value_or(0)), every);
  const auto between = (since + runs - 1) / every;
  const bool last = since + runs > between * every;
  return (known ? 0 : 1) + between + (last ? 1 : 0);
}

}  // namespace

std::string_view name_of(Basis basis) {
  switch (basis) {
    case Basis::measured:
      return "measured";
    case Basis::earlier:
      return "earlier";
    case Basis::predicted:
      return "predicted";
    case Basis::none:
      break;
  }
  return "none";
}

Result<EarlierRuns> earlier_runs(const store::RunStore& store, const Plan& plan) {
  EarlierRuns earlier;
  store::RunQuery query;
  query.tags = {{cell_tag, std::nullopt}};
  query.status = trace::RunStatus::finished;
  const auto rows = store.find(query);
  if (!rows) return propagate(rows.error());
  std::map<std::string_view, bool> wanted;
  for (const auto& cell : plan.cells) wanted[cell.id] = true;
  for (const auto& row : *rows) {
    const auto cell = row.tags.find(cell_tag);
    const auto campaign = row.tags.find(campaign_tag);
    if (cell == row.tags.end() || !wanted.contains(cell->second)) continue;
    if (campaign != row.tags.end() && campaign->second == plan.name) continue;
    auto& found = earlier.cells[cell->second];
    if (row.energy) found.energies.push_back(row.energy->value());
    found.durations.push_back(row.duration.value());
  }
  return earlier;
}

std::vector<std::size_t> unmeasured_cells(const Plan& plan, const Standing& standing,
                                          const EarlierRuns& earlier) {
  std::vector<std::size_t> unmeasured;
  for (std::size_t i = 0; i < plan.cells.size(); ++i)
    if (standing.cell(i).finished.empty() && !earlier.cells.contains(plan.cells[i].id))
      unmeasured.push_back(i);
  return unmeasured;
}

CellForecast forecast_cell(const Cell& cell, const CellState& state, const EarlierRuns& earlier,
                           const Predictions& predictions) {
  CellForecast forecast;
  for (const auto* run : state.finished) {
    if (run->energy) forecast.energies.push_back(run->energy->value());
    forecast.durations.push_back(run->duration.value());
  }
  if (!forecast.durations.empty()) {
    forecast.basis = Basis::measured;
  } else if (const auto found = earlier.cells.find(cell.id); found != earlier.cells.end()) {
    forecast.basis = Basis::earlier;
    forecast.energies = found->second.energies;
    forecast.durations = found->second.durations;
  } else if (const auto predicted = predictions.cells.find(cell.id); predicted != predictions.cells.end()) {
    return predicted->second;
  }
  forecast.energy_j = mean_of(forecast.energies);
  forecast.duration_s = mean_of(forecast.durations);
  return forecast;
}

CampaignForecast forecast_rest(const Plan& plan, const Standing& standing,
                               const std::vector<CellForecast>& cells) {
  CampaignForecast forecast;
  Sum energy(spread_of(cells, &CellForecast::energies)), duration(spread_of(cells, &CellForecast::durations));
  const auto add = [&](const CellForecast& cell, std::size_t runs) {
    forecast.runs_left += runs;
    if (!cell.energy_j) forecast.runs_without_energy += runs;
    if (!cell.duration_s) forecast.runs_without_duration += runs;
    energy.add(cell.energy_j, cell.energies, static_cast<double>(runs));
    duration.add(cell.duration_s, cell.durations, static_cast<double>(runs));
  };
  const auto wanted = static_cast<std::size_t>(plan.repetitions.at_most);
  const auto needs_more = needs_more_by_rule(plan);
  const auto enough = [&](std::size_t cell) {
    return needs_more && *needs_more && !(*needs_more)(cell, standing);
  };
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const auto& state = standing.cell(i);
    if (state.given_up || state.settled() >= wanted || enough(i)) continue;
    ++forecast.cells[cells[i].basis];
    add(cells[i], wanted - state.settled());
  }
  if (const auto references = references_left(plan, standing, forecast.runs_left); references > 0)
    add(cells[plan.reference->cell], references);
  forecast.energy_j = energy.figure();
  forecast.duration_s = duration.figure();
  const auto pauses = pauses_of(plan);
  if (forecast.runs_left > 0) {
    forecast.warm_up = pauses.before;
    forecast.pauses = pauses.before + static_cast<double>(forecast.runs_left - 1) * pauses.between;
  }
  forecast.pauses_at_most = pauses.at_most;
  return forecast;
}

void add_consequences(const Plan& plan, CampaignForecast& forecast) {
  const auto table = carbon::IntensityTable::read();
  const auto& energy = forecast.energy_j;
  forecast.carbon =
      carbon::estimate(to_kilowatt_hours(Joules{energy ? energy->value : 0}), plan.place, table);
  if (!energy) {
    forecast.carbon.mass.reset();
    return;
  }
  const auto scaled = [&](double unit) {
    Figure figure{unit * energy->value, {}, {}};
    if (energy->low) figure.low = unit * *energy->low;
    if (energy->high) figure.high = unit * *energy->high;
    return figure;
  };
  if (forecast.carbon.mass && energy->value > 0)
    forecast.carbon_g = scaled(forecast.carbon.mass->value() / energy->value);
  const auto price = session::parse_price(plan.price);
  if (!price) return;
  const double pue = forecast.carbon.pue_given ? forecast.carbon.pue : 1;
  const auto money = scaled(pue * price->amount * to_kilowatt_hours(Joules{1}).value());
  forecast.money = session::Money{money.value, price->currency};
  if (money.low) forecast.money_low = session::Money{*money.low, price->currency};
  if (money.high) forecast.money_high = session::Money{*money.high, price->currency};
}

}  // namespace joulecast::lab
