// Scores of forecasts and predictions, points of stability and factorial tests as tables of a document.
#pragma once

#include "estimate/evaluation/evaluate_offline.hpp"
#include "estimate/evaluation/online_scores.hpp"
#include "report/document/document.hpp"
#include "session/runs/stability_summary.hpp"
#include "session/tables/compare_runs.hpp"

namespace joulecast::report {

[[nodiscard]] DataTable online_table(const estimate::OnlineEvaluation& evaluation);
[[nodiscard]] DataTable offline_table(const estimate::OfflineEvaluation& evaluation);
/// One row for each group, named by its source.
[[nodiscard]] DataTable stability_table(std::span<const session::StabilityRow> rows);
/// Both factors and their interaction, as far as they could be tested.
[[nodiscard]] DataTable factorial_table(const session::Comparison& comparison);
/// The test of the groups, and every pair with its effect size; `most_pairs` of them, the smallest p first.
[[nodiscard]] DataTable pairs_table(const session::Comparison& comparison, std::size_t most_pairs);

}  // namespace joulecast::report
