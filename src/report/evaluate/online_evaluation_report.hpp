// The scores of online methods as text tables and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "estimate/evaluation/online_scores.hpp"

namespace joulecast::report {

/// {"runs", "methods": [{"name", "runs", "median_ape", "mean_ape", "p90_ape", "rmse_kj", "observed_fraction",
/// "coverage", "interval_width"}…], "groups": […], "by_share": […], "variants": […], "skipped": […]}. APEs
/// and widths in percent; coverage null where the method gives no interval.
[[nodiscard]] nlohmann::ordered_json to_json(const estimate::OnlineEvaluation& evaluation);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const estimate::OnlineEvaluation& evaluation);

/// One table of the methods over all runs, one by group, and one by observed share of the work.
[[nodiscard]] std::string to_text(const estimate::OnlineEvaluation& evaluation);

/// The moments that the adaptive method's error model is fitted to, one per row.
[[nodiscard]] std::string moments_csv(const estimate::OnlineEvaluation& evaluation);

}  // namespace joulecast::report
