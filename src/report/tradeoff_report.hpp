// What `tradeoff` and `recommend` found, as text, JSON, CSV and plots. docs/tradeoff.md describes the JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "report/plot.hpp"
#include "tradeoff/curve.hpp"
#include "tradeoff/full_cycle.hpp"
#include "tradeoff/overview.hpp"
#include "tradeoff/recommend.hpp"
#include "tradeoff/utilisation.hpp"

namespace joulecast::report {

/// Medians over the runs of one alternative, and the course of one of them.
struct CurveOutcome {
  std::size_t alternative = 0;
  std::size_t runs = 0;
  double enough_epoch = 0;
  double epochs = 0;
  double share_after_enough = 0;
  tradeoff::CurveReading example;  ///< of its first run
};

struct LifeOutcome {
  std::size_t alternative = 0;
  tradeoff::LifeCost cost;
  double total = 0;
  std::optional<double>
      break_even;  ///< uses from which it costs less in all than the one that is cheapest to train
};

struct TradeoffReport {
  std::string source;
  std::vector<std::string> keys;
  std::vector<tradeoff::Alternative> alternatives;
  tradeoff::OverviewOptions options;
  tradeoff::Overview overview;
  double curve_tolerance = 0;
  bool energy_by_epoch_assumed = false;  ///< no energy by epoch was given: spread evenly
  std::vector<CurveOutcome> curves;
  double uses = 0;
  std::vector<LifeOutcome> lives;  ///< by rising total
  std::vector<tradeoff::UtilisationReading> utilisation;
  std::vector<std::string> warnings;
};

[[nodiscard]] nlohmann::ordered_json to_json(const TradeoffReport& report);
[[nodiscard]] std::string to_text(const TradeoffReport& report, int width = 100, bool unicode = true);
[[nodiscard]] std::string to_csv(const TradeoffReport& report);  ///< one row an alternative
/// Runs faint, medians named, the front as steps.
[[nodiscard]] Plot to_plot(const TradeoffReport& report);
[[nodiscard]] std::string conclusion(const TradeoffReport& report);

struct RecommendReport {
  std::string source;
  std::vector<std::string> keys;
  std::vector<tradeoff::Alternative> alternatives;
  tradeoff::RecommendOptions options;
  tradeoff::Recommendation recommendation;
  std::vector<std::string> warnings;
};

[[nodiscard]] nlohmann::ordered_json to_json(const RecommendReport& report);
[[nodiscard]] std::string to_text(const RecommendReport& report, int width = 100);
[[nodiscard]] std::string conclusion(const RecommendReport& report);

/// "0.386 MJ" by the column's name; "81 %" of a share.
[[nodiscard]] std::string figure_text(double value, const std::string& column);

}  // namespace joulecast::report
