// Campaigns with known truth, for the adaptive repetitions: how often do they decide wrongly, and what do
// they save? The unit test runs a few, bench/adaptive_bench.cpp ten thousand of each kind.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stats/adaptive_repetitions.hpp"
#include "stats/distributions.hpp"
#include "stats/random.hpp"

namespace joulecast::stats::testing {

enum class Noise { normal, log_normal, student_2, cauchy };

/// How the energy of a run comes about: base x ratio of its cell x noise x drift of its time.
struct Scenario {
  std::string name;
  RepetitionRule rule;
  bool compare = true;
  Noise noise = Noise::normal;
  double spread = 0.02;
  double trend = 0;          ///< relative growth over the whole campaign
  double wander = 0;         ///< sd of the steps of a random walk from run to run
  double block_effects = 0;  ///< sd of effects that are drawn anew for every block
  double failing = 0;        ///< share of runs that give no value
  std::vector<double> ratios{1, 1, 1.01, 1.1};
};

/// Of many campaigns.
struct Tally {
  std::size_t campaigns = 0;
  std::size_t wrong = 0;   ///< campaigns with at least one wrong decision
  double repetitions = 0;  ///< per cell, mean
  double saved = 0;        ///< share of the maximum
  double decided = 0;      ///< share of the comparisons, or of the cells where nothing is compared
  [[nodiscard]] double wrong_rate() const {
    return static_cast<double>(wrong) / static_cast<double>(campaigns);
  }
};

class CampaignSimulator {
 public:
  explicit CampaignSimulator(Scenario scenario, std::uint64_t seed)
      : scenario_(std::move(scenario)), random_(seed) {
    const auto cells = scenario_.ratios.size();
    if (scenario_.compare)
      for (std::size_t a = 0; a < cells; ++a)
        for (std::size_t b = a + 1; b < cells; ++b) pairs_.push_back({a, b});
  }

  [[nodiscard]] Tally run(std::size_t campaigns) {
    const auto adaptive = AdaptiveRepetitions::make(scenario_.rule, scenario_.ratios.size(), pairs_);
    Tally tally;
    for (; tally.campaigns < campaigns; ++tally.campaigns) one(adaptive.value(), tally);
    const auto n = static_cast<double>(campaigns);
    tally.repetitions /= n;
    tally.decided /= n;
    tally.saved = 1 - tally.repetitions / static_cast<double>(scenario_.rule.maximum);
    return tally;
  }

 private:
  double normal() {
    const double u = 1 - random_.uniform();
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * random_.uniform());
  }

  /// Its median is 1.
  double noise() {
    switch (scenario_.noise) {
      case Noise::normal:
        return 1 + scenario_.spread * normal();
      case Noise::log_normal:
        return std::exp(scenario_.spread * normal());
      case Noise::student_2: {
        const double p = random_.uniform();  // its quantile has a closed form
        return 1 + scenario_.spread * (2 * p - 1) * std::sqrt(2 / (4 * p * (1 - p) + 1e-300));
      }
      case Noise::cauchy:
        return 1 + scenario_.spread * std::tan(std::numbers::pi * (random_.uniform() - 0.5));
    }
    return 1;
  }

  [[nodiscard]] double truth(std::size_t cell) const {
    const bool skewed_mean = scenario_.noise == Noise::log_normal && scenario_.rule.centre == Location::mean;
    return base * scenario_.ratios[cell] *
           (skewed_mean ? std::exp(scenario_.spread * scenario_.spread / 2) : 1.0);
  }

  void block(std::vector<CellValues>& cells, const RepetitionDecisions& decisions, double& drift,
             std::size_t& time) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (decisions.cells[i].needs_more()) order.push_back(i);
    for (std::size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[random_.below(static_cast<std::uint32_t>(i))]);
    const double total = static_cast<double>(cells.size() * scenario_.rule.maximum);
    const double effect = scenario_.block_effects * normal();
    for (const auto cell : order) {
      drift += scenario_.wander * normal();
      const double trend = scenario_.trend * static_cast<double>(time++) / total;
      const double value = base * scenario_.ratios[cell] * noise() * (1 + trend) * std::exp(drift + effect);
      cells[cell].values.push_back(random_.uniform() < scenario_.failing ? nan : value);
    }
  }

  void one(const AdaptiveRepetitions& adaptive, Tally& tally) {
    std::vector<CellValues> cells(scenario_.ratios.size());
    double drift = 0;
    std::size_t time = 0;
    auto decisions = adaptive.judge(cells);
    while (decisions.needs_more()) {
      block(cells, decisions, drift, time);
      decisions = adaptive.judge(cells);
    }
    tally.wrong += any_wrong(decisions) ? 1 : 0;
    tally.repetitions += static_cast<double>(decisions.made) / static_cast<double>(cells.size());
    std::size_t decided = 0;
    for (const auto& cell : decisions.cells) decided += cell.state == CellState::narrow ? 1 : 0;
    if (scenario_.compare) {
      decided = 0;
      for (const auto& pair : decisions.pairs) decided += pair.verdict != Verdict::undecided ? 1 : 0;
    }
    tally.decided += static_cast<double>(decided) /
                     static_cast<double>(scenario_.compare ? decisions.pairs.size() : cells.size());
  }

  [[nodiscard]] bool any_wrong(const RepetitionDecisions& decisions) const {
    for (std::size_t i = 0; i < decisions.cells.size(); ++i) {
      const auto& cell = decisions.cells[i];
      if (scenario_.rule.half_width && cell.state == CellState::narrow &&
          (cell.interval->low > truth(i) || cell.interval->high < truth(i)))
        return true;
    }
    for (const auto& pair : decisions.pairs) {
      const double ratio = scenario_.ratios[pair.cells.a] / scenario_.ratios[pair.cells.b];
      const double margin = 1 + scenario_.rule.equal_within.value_or(0);
      if ((pair.verdict == Verdict::less && !(ratio < 1)) ||
          (pair.verdict == Verdict::more && !(ratio > 1)) ||
          (pair.verdict == Verdict::equal && (ratio >= margin || ratio <= 1 / margin)))
        return true;
    }
    return false;
  }

  static constexpr double base = 1000;
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Scenario scenario_;
  Random random_;
  std::vector<CellPair> pairs_;
};

/// What happens without the correction: the usual interval at every look, as if it were the only one. The
/// same campaigns of one cell, stopped where half the interval is narrow enough.
[[nodiscard]] inline double uncorrected_wrong_rate(double spread, double half_width, std::size_t minimum,
                                                   std::size_t maximum, std::size_t campaigns,
                                                   std::uint64_t seed) {
  Random random(seed);
  std::vector<double> quantiles(maximum + 1);
  for (std::size_t n = minimum; n <= maximum; ++n)
    quantiles[n] = student_t_quantile(0.975, static_cast<double>(n - 1));
  std::size_t wrong = 0;
  for (std::size_t campaign = 0; campaign < campaigns; ++campaign) {
    std::vector<double> values;
    while (values.size() < maximum) {
      const double u = 1 - random.uniform();
      values.push_back(1 + spread * std::sqrt(-2 * std::log(u)) *
                               std::cos(2 * std::numbers::pi * random.uniform()));
      if (values.size() < minimum) continue;
      const double half =
          quantiles[values.size()] * sample_sd(values) / std::sqrt(static_cast<double>(values.size()));
      if (half > half_width * mean(values)) continue;
      wrong += std::abs(mean(values) - 1) > half ? 1 : 0;
      break;
    }
  }
  return static_cast<double>(wrong) / static_cast<double>(campaigns);
}

}  // namespace joulecast::stats::testing
