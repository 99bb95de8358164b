// `joulecast tradeoff` and `joulecast recommend` on a table of runs.
#pragma once

#include "report/tradeoff_report.hpp"
#include "session/tables/alternatives.hpp"

namespace joulecast::session {

struct TradeoffRequest {
  AlternativesRequest alternatives;
  std::string cost;     ///< "" = the table's energy column
  std::string quality;  ///< a column of one figure a run, or of several (by epoch) separated by blanks
  bool lower_quality_is_better = false;
  double within = 0.02;
  std::string energy_by_epoch;     ///< cumulative, blank-separated, in the cost's unit; "" = spread evenly
  double curve_tolerance = 0.005;  ///< what is "enough", below the run's best
  std::string per_use;             ///< column with the energy of one inference; "" = no full cycle
  double uses = 1e6;
  std::string utilisation;  ///< "" = gpu_util_pct where there is one
};

[[nodiscard]] Result<report::TradeoffReport> tradeoff_table(const formats::CsvTable& table,
                                                            const TradeoffRequest& request);

struct RecommendRequest {
  AlternativesRequest alternatives;
  std::string minimise;  ///< "" = the table's energy column
  std::vector<std::string> requirements;
  std::string baseline;
  std::string predicted_table;  ///< candidates from a CSV or JSON file: see predicted.hpp; "" = none
  std::vector<tradeoff::Alternative>
      predicted;  ///< further candidates with the same keys, marked as modelled
};

[[nodiscard]] Result<report::RecommendReport> recommend_from(const formats::CsvTable& table,
                                                             const RecommendRequest& request);

}  // namespace joulecast::session
